"""What a driver of lines is given to do; it crosses to the driver's process as JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """What the driver is to do. The prompts are played in turn, each but the last until its key comes."""

    trunks: tuple[str, ...]
    lines: int
    calls: int
    calls_per_second: float
    prompts: tuple[str, ...]
    keys: str  # the key that is to come in each prompt but the last
    call_seconds: float  # about how long an answered call lasts
    sip_ports: tuple[int, int]
    rtp_ports: tuple[int, int]


def write_plan(plan: Plan) -> str:
    """One line of JSON."""
    return json.dumps(asdict(plan)) + "\n"


def read_plan(line: str) -> Plan:
    """What `write_plan` wrote."""
    read: dict[str, Any] = json.loads(line)
    given: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in read.items()}
    return Plan(**given)
