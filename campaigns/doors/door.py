"""What every door is to the process that opens it."""

from typing import Final, Protocol

LOOK_SECONDS: Final = 30.0  # between two looks at certificates and clock


class Door(Protocol):
    """Something that other systems reach us by, or we them."""

    @property
    def place(self) -> str:
        """What is open, as a clause."""

    async def open(self) -> None:
        """Begin. Raises DoorShut."""

    async def look(self) -> None:
        """See whether something must be done, every `LOOK_SECONDS`. Raises DoorShut with what is wrong."""

    async def close(self) -> None:
        """End, within five seconds; also when it was never open."""
