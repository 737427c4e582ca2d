"""What a caller may not do is refused before anything of its body is read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from campaigns.access.caller import Caller
from campaigns.api.bodies import UNTAKEN, WITH_BODY
from campaigns.api.callers import Demand
from campaigns.api.doorway import Doorway
from campaigns.api.visible import campaign_of

CAMPAIGN: Final = "/api/v1/campaigns/{name}"  # so begin the paths of what belongs to one
FHIR: Final = "/fhir"  # belongs to the one that reports are for


@dataclass(frozen=True)
class _Door:
    """A route that takes a body."""

    path: str  # as it is described
    pattern: re.Pattern[str]
    methods: frozenset[str]
    demands: tuple[Demand, ...]

    def demand(self, caller: Caller, here: Doorway, named: dict[str, str]) -> None:
        """Raises Problem when it is not for this caller. named: the parameters of the path."""
        for each in self.demands:
            each.check(caller)
        if self.path.startswith(CAMPAIGN):
            campaign_of(caller, named["name"])
        elif self.path.startswith(FHIR):
            campaign_of(caller, here.fhir_campaign)


class Entitled:
    """Stands behind `KnownCallers`, before bodies are read. What no route takes is marked, and not read."""

    def __init__(self, app: ASGIApp, here: Doorway, routers: Iterable[APIRouter]) -> None:
        self._app = app
        self._here = here
        self._doors = tuple(door for router in routers for door in _doors(router))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in WITH_BODY:
            self._demand(scope)
        await self._app(scope, receive, send)

    def _demand(self, scope: Scope) -> None:
        state = scope.setdefault("state", {})
        for door in self._doors:
            found = door.pattern.match(scope["path"])
            if found and scope["method"] in door.methods:
                if caller := state.get("caller"):
                    door.demand(caller, self._here, found.groupdict())
                return
        state[UNTAKEN] = True


def _doors(router: APIRouter) -> Iterator[_Door]:
    for route in router.routes:
        if isinstance(route, APIRoute) and (methods := WITH_BODY & (route.methods or set())):
            demands = tuple(_demands(route.dependant))
            yield _Door(route.path_format, route.path_regex, methods, demands)


def _demands(needed: Dependant) -> Iterator[Demand]:
    for each in needed.dependencies:
        if isinstance(each.call, Demand):
            yield each.call
