"""Whether this process can do its work, for whoever watches it."""

import asyncio
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import text

from campaigns.api.doorway import Doorway, Here
from campaigns.api.routes import resource

router = resource("health", prefix="")


class Health(BaseModel):
    """What `/health` says when all is well."""

    status: Literal["ok"] = "ok"


@router.get("/health")
async def health(here: Here) -> Health:
    """200 while the database can be reached, else 503. Needs no key."""
    await asyncio.to_thread(_ask, here)
    return Health()


def _ask(here: Doorway) -> None:
    with here.db.read() as session:
        session.execute(text("SELECT 1"))
