"""What one phone process is told at its start, as one line of JSON, and what it says when it is ready."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from dialer.phones.patients import Behaviour, Patient

READY = "ready"


@dataclass(frozen=True)
class Greeting:
    """What a machine plays, and how long."""

    path: str
    seconds: float


@dataclass(frozen=True)
class Task:
    """Supervisor -> phone process, once."""

    sip_port: int
    rtp_port_first: int
    rtp_port_last: int
    address: str
    log_path: str
    patients: tuple[Patient, ...]
    greetings: Mapping[str, Greeting]  # by number
    speech_path: str = ""  # what those say who were connected
    answer_path: str = ""  # and those who are asked to speak


def encode_task(task: Task) -> str:
    """One line, with its end."""
    return json.dumps(asdict(task), ensure_ascii=True) + "\n"


def decode_task(line: str) -> Task:
    """The other way round."""
    data = json.loads(line)
    patients = tuple(
        Patient(**{**item, "behaviour": Behaviour(**item["behaviour"]), "keys": tuple(item["keys"])})
        for item in data.pop("patients")
    )
    greetings = {number: Greeting(**item) for number, item in data.pop("greetings").items()}
    return Task(**data, patients=patients, greetings=greetings)
