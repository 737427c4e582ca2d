"""Our own front, deploy/kamailio.cfg, with the ports and addresses of a test."""

from dataclasses import dataclass
from pathlib import Path

from tests.kamailio.server import Kamailio
from tests.sipp.ports import HOST, free_sip_port

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "kamailio.cfg"


@dataclass(frozen=True)
class Front:
    """Where it listens: for the lines, and for the trunks."""

    kamailio: Kamailio
    inside: int
    outside: int

    @property
    def proxy(self) -> str:
        """For `Trunk.proxy`."""
        return f"sip:{HOST}:{self.inside}"


def front(line_ports: tuple[int, int]) -> Front:
    """To be started with `with front.kamailio:`. The trunks and the lines are both at 127.0.0.1."""
    inside, outside = free_sip_port(), free_sip_port()
    while outside == inside:
        outside = free_sip_port()
    defines = {
        "INSIDE": f"udp:{HOST}:{inside}",
        "OUTSIDE": f"udp:{HOST}:{outside}",
        "TRUNKS": f'"{HOST}"',
        "LINES": f'"{HOST}"',
        "LINE_PORT_FIRST": str(line_ports[0]),
        "LINE_PORT_LAST": str(line_ports[1]),
    }
    return Front(Kamailio(CONFIGURATION, (inside, outside), defines), inside, outside)
