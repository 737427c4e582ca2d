"""Which doors a home has."""

from collections.abc import Iterator
from contextlib import ExitStack

from campaigns.api.app import build_app
from campaigns.api.event_feed import feed_of
from campaigns.assemble import Tell
from campaigns.clock import Clock
from campaigns.doors.bound import BoundDoor
from campaigns.doors.building import House, build_house
from campaigns.doors.door import Door
from campaigns.doors.fhir import FhirDoor
from campaigns.doors.http import HttpDoor
from campaigns.doors.mllp import MllpDoor
from campaigns.mllp.receiving import Receiving
from campaigns.mllp.server import MllpServer
from campaigns.settings import Home


def doors_of(home: Home, tell: Tell, stack: ExitStack) -> tuple[Clock, list[Door]]:
    """What `dialer.toml` asks for, not yet open, and the clock that it goes by. Raises DatabaseError."""
    house = build_house(home, tell, stack)
    return house.clock, list(_doors(home, house))


def _doors(home: Home, house: House) -> Iterator[Door]:
    file, here = home.file, house.doorway
    if file.api is not None:
        app = build_app(here)
        door: Door = HttpDoor(home, file.api, app, feed_of(app).close)
        said = "fhir" in file.model_fields_set  # else nobody relies on /fhir
        yield BoundDoor(door, home, "[fhir]", file.fhir.campaign) if said else door
    if file.mllp is not None:
        receiving = Receiving(
            here.together,
            here.lab_desk,
            file.mllp.campaign,
            here.codes,
            house.defaults,
            here.clock,
            here.tell,
        )
        door = MllpDoor(home, file.mllp, MllpServer(receiving, file.mllp.senders, here.tell))
        yield BoundDoor(door, home, "[mllp]", file.mllp.campaign)
    for server in file.fhir_servers:
        yield BoundDoor(FhirDoor(home, server, here), home, "[[fhir_servers]]", server.campaign)
