"""What the files of resources build on: routers that read JSON strictly, and pages of lists."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BeforeValidator

from campaigns.api.strict_json import strict_json

MOST_ITEMS = 500  # of one page
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many items at most.")]
"""Of a route's parameter: `limit: Limit = 100`."""
After = Annotated[
    str | None, Query(max_length=200, description="`next` of the page before; none for the first page.")
]
"""Of a route's parameter: `after: After = None`."""
CampaignName = Annotated[str, Path(max_length=100, examples=["covid-results"])]
"""Of a route's parameter: `name: CampaignName`."""


def _rfc_3339(value: Any) -> Any:
    """Digits alone, as text or as a number, would be taken for seconds since 1970."""
    if isinstance(value, str) and _DATE_AND_TIME.match(value):
        return value
    raise ValueError("must be a moment of RFC 3339, such as 2026-03-01T09:30:00+05:00")


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc_3339)]
"""Of a parameter or a field: a date and a time with its offset, as text."""


class StrictRequest(Request):
    """A request whose JSON must be right."""

    async def json(self) -> Any:
        """The body. Raises Problem (malformed)."""
        if not hasattr(self, "_strictly_read"):
            self._strictly_read = strict_json(await self.body())
        return self._strictly_read


class StrictRoute(APIRoute):
    """A route whose handler, and FastAPI, get a `StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strictly


def resource(tag: str, prefix: str = "/api/v1") -> APIRouter:
    """The router of one file: `router = resource("contacts")`; refusals are described already."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute)
