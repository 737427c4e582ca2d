"""Patients whom other engines call, and who may come to want an operator."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import exists
from sqlmodel import col, select

from campaigns.models import OPEN_ATTEMPT, OPEN_OPERATOR_CALL, Attempt, Contact, OperatorCall
from campaigns.store.database import Database


class Called(NamedTuple):
    """What says which operator would suit."""

    campaign: str
    language: str
    institution: str


def elsewhere(db: Database, node: str, campaigns: Collection[str]) -> list[Called]:
    """Contacts of these campaigns in a call of another engine than this one, for whom no operator is held."""
    if not campaigns:
        return []
    has_operator = exists().where(col(OperatorCall.attempt_id) == col(Attempt.id), OPEN_OPERATOR_CALL)
    wanted = select(Contact.campaign, Contact.language, Contact.institution).join(
        Attempt, col(Attempt.contact_id) == col(Contact.id)
    )
    mine = (OPEN_ATTEMPT, col(Attempt.node) != node, col(Attempt.campaign).in_(campaigns))
    with db.read() as session:
        return [Called(*row) for row in session.exec(wanted.where(*mine, ~has_operator))]
