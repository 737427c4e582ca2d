"""What the `type` of a problem leads to: what all problems of a kind have in common."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from campaigns.api.problems import KINDS, Kind, type_of
from campaigns.api.routes import resource

router = resource("problems", prefix="")


class KindOut(BaseModel):
    """A kind of problem."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "/problems/invalid", "title": "A value cannot be used", "status": 422}]
        }
    )

    type: str
    title: str
    status: int


@router.get("/problems/{kind}", summary="What a kind of problem is")
async def read(kind: Annotated[Kind, Path(description="The end of a problem's `type`.")]) -> KindOut:
    """What the `type` of a problem stands for. Needs no key."""
    status, title = KINDS[kind]
    return KindOut(type=type_of(kind), title=title, status=status)
