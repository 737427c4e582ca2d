"""The door of laboratories that speak HL7 v2 over MLLP."""

from campaigns.doors.sockets import listening
from campaigns.doors.tls import Renewal
from campaigns.mllp.server import MllpServer
from campaigns.setting_doors import MllpTable
from campaigns.settings import Home


class MllpDoor:
    """`[mllp]`."""

    def __init__(self, home: Home, table: MllpTable, server: MllpServer) -> None:
        self._home, self._table, self._server = home, table, server
        self._tls: Renewal | None = None

    @property
    def place(self) -> str:
        """What is open, as a clause."""
        return f"HL7 v2 over MLLP{' and TLS' * bool(self._table.certificate)} on {self._table.listen}"

    async def open(self) -> None:
        """Begin to serve. Raises DoorShut."""
        self._tls = Renewal(self._home, "mllp", self._table)
        await self._server.start(listening("mllp", *self._table.address), self._tls.context)

    async def look(self) -> None:
        """Take up renewed certificates. Raises DoorShut when those that lie there cannot be used."""
        if self._tls is not None:
            self._tls.look()

    async def close(self) -> None:
        """Let answers under way be given; idempotent."""
        await self._server.close()
