"""The FHIR servers of a home, each read as long as it serves."""

import os
from functools import partial

from campaigns.api.doorway import Doorway
from campaigns.courier.outward import Outward, server_of
from campaigns.errors import DoorShut, SettingsError
from campaigns.intake.fhir.pull import Puller, Reading
from campaigns.setting_doors import FhirServerTable
from campaigns.settings import Home


class FhirDoor:
    """One server that is read; a `Door`."""

    def __init__(self, home: Home, table: FhirServerTable, here: Doorway) -> None:
        self._home, self._table, self._here = home, table, here
        self._puller: Puller | None = None

    @property
    def place(self) -> str:
        """See `Door`."""
        return f"reports of the FHIR server {self._table.name}"

    async def open(self) -> None:
        """Begin to read. Raises DoorShut when its secret is missing."""
        table, here = self._table, self._here
        try:
            server = server_of(self._home, table)
        except SettingsError as error:
            raise DoorShut(str(error)) from None
        reading = Reading(
            together=here.together,
            lab_desk=here.lab_desk,
            codes=here.codes,
            zone=here.zone,
            clock=here.clock,
            holder=f"{self._home.node} {os.getpid()}",
            tell=here.tell,
        )
        puller = Puller(table.campaign, table.every_seconds, partial(Outward, server), server, reading)
        await puller.open()
        self._puller = puller

    async def look(self) -> None:
        """It looks after itself, and tells what is wrong."""

    async def close(self) -> None:
        """End at once; what was read and not kept is read again."""
        if self._puller is not None:
            await self._puller.close()
            self._puller = None
