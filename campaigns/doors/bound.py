"""A door whose results become contacts of one campaign: it opens once there is such a campaign."""

import asyncio

from campaigns.doors.door import Door
from campaigns.errors import DoorShut, UnknownCampaign
from campaigns.library import script_file
from campaigns.settings import Home


class BoundDoor:
    """A `Door` around another. table: of dialer.toml, with its brackets; it names the campaign."""

    def __init__(self, door: Door, home: Home, table: str, campaign: str) -> None:
        self._door, self._home, self._table, self._campaign = door, home, table, campaign

    @property
    def place(self) -> str:
        """See `Door`."""
        return self._door.place

    async def open(self) -> None:
        """Begin. Raises DoorShut, also where the campaign has no file: each result would be refused."""
        try:
            await asyncio.to_thread(script_file, self._home, self._campaign)
        except UnknownCampaign as error:
            raise DoorShut(f"{self._table} campaign: {error}") from None
        await self._door.open()

    async def look(self) -> None:
        """See `Door`."""
        await self._door.look()

    async def close(self) -> None:
        """See `Door`."""
        await self._door.close()
