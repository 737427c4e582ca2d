"""What the lines need to know, as typed values handed down by whoever starts them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Trunk:
    """Where calls are sent: a SIP peer, its credentials and its limits."""

    name: str
    uri: str  # "sip:host[:port][;transport=tcp]"
    username: str = ""
    password: str = field(default="", repr=False)
    caller_id: str = ""
    max_calls: int = 8
    calls_per_second: float = 2.0


@dataclass(frozen=True)
class LineSettings:
    """How many lines, and which ports they may use."""

    trunks: tuple[Trunk, ...]
    count: int = 8
    sip_port_first: int = 15000
    sip_port_last: int = 15999
    rtp_port_first: int = 20000
    rtp_port_last: int = 29999
    start_seconds: float = 15.0  # a line process that is not ready by then is replaced
    heartbeat_seconds: float = 5.0  # one silent for so long is killed and replaced
