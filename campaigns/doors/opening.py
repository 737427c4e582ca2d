"""Which doors a home has."""

from contextlib import ExitStack

from campaigns.api.app import build_app
from campaigns.api.event_feed import feed_of
from campaigns.assemble import Tell
from campaigns.clock import Clock
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


def _doors(home: Home, house: House) -> list[Door]:
    doors: list[Door] = []
    if home.file.api is not None:
        app = build_app(house.doorway)
        doors.append(HttpDoor(home, home.file.api, app, feed_of(app).close))
    if home.file.mllp is not None:
        table, here = home.file.mllp, house.doorway
        receiving = Receiving(
            here.together, here.lab_desk, table.campaign, here.codes, house.defaults, here.clock, here.tell
        )
        doors.append(MllpDoor(home, table, MllpServer(receiving, table.senders, here.tell)))
    doors += [FhirDoor(home, table, house.doorway) for table in home.file.fhir_servers]
    return doors
