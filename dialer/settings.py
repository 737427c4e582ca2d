"""What the lines need to know, as typed values handed down by whoever starts them."""

from dataclasses import dataclass, field
from typing import Literal

NumberFormat = Literal["e164", "digits", "national"]


@dataclass(frozen=True)
class Trunk:
    """Where calls are sent: a SIP peer, its credentials, how it wants numbers written, and its limits.

    number_format: `e164` +79120000001, `digits` 79120000001, `national` 89120000001 within the country and
    8107... abroad, by the three codes below it.
    """

    name: str
    uri: str  # "sip:host[:port][;transport=tcp]"
    username: str = ""
    password: str = field(default="", repr=False)
    proxy: str = ""  # outbound proxy, "sip:host[:port][;transport=tcp]"; "" for none
    register: bool = False  # one process registers, all call
    caller_ids: tuple[str, ...] = ()  # the same person is always called from the same one of them
    asserted_identity: bool = False  # P-Asserted-Identity (RFC 3325) with the caller id
    number_format: NumberFormat = "e164"
    country_code: str = "7"
    national_prefix: str = "8"
    international_prefix: str = "810"
    networks: tuple[
        str, ...
    ] = ()  # its own: SIP is heard from there too, RTP from there alone; () from anybody
    priority: int = 1  # the lowest number is called first
    weight: int = 1  # shares of the calls among trunks of one priority
    max_calls: int = 8
    calls_per_second: float = 2.0

    @property
    def caller_id(self) -> str:
        """What is shown when nothing else is asked for; "" leaves it to the user name."""
        return self.caller_ids[0] if self.caller_ids else ""


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
    memory_mb: float = 200.0  # one that holds more is replaced once its calls have ended
