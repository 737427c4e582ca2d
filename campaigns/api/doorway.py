"""What the HTTP application is given: the home, its database and those who decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from campaigns.access.keeper import Keeper
from campaigns.clock import Clock
from campaigns.flows.script import Script
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.desk import LabDesk
from campaigns.settings import Home
from campaigns.store.database import Database
from campaigns.store.together import Together


@dataclass(frozen=True)
class Doorway:
    """One for the life of the process; its parts may be used by several threads.

    db is for reading; whatever is written goes through `together`. script_of: the checked script of a
    campaign's name, raises UnknownCampaign or ScriptError. codes: the laboratories' codes as the mapping
    file has them now. render: make the audio of all that the campaign of this name says, which may take
    minutes; raises CampaignsError, ScriptError or PromptError. tell: one plain sentence for whoever runs the
    process, never with a value of a patient.
    """

    home: Home
    db: Database
    together: Together
    clock: Clock
    script_of: Callable[[str], Script]
    script_names: Callable[[], Sequence[str]]
    keeper: Keeper
    lab_desk: LabDesk
    codes: Callable[[], LabCodes]
    render: Callable[[str], None]
    tell: Callable[[str], None]

    @property
    def country(self) -> str:
        """Of phone numbers that name none: two letters."""
        return self.home.file.engine.country

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's own."""
        return self.home.file.engine.zone

    @property
    def fhir_campaign(self) -> str:
        """Whose contacts the results become that are sent to /fhir."""
        return self.home.file.fhir.campaign


async def doorway_of(request: Request) -> Doorway:
    """What `build_app` was given."""
    doorway: Doorway = request.app.state.doorway
    return doorway


Here = Annotated[Doorway, Depends(doorway_of)]
"""Of a route's parameter: `here: Here`."""
