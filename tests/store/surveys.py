"""Contacts with their calls and answers as they stand in the tables, for tests of figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from campaigns.models import END_OF_TIME, Answer, Attempt, Campaign, Contact
from campaigns.rules.aapor import OPEN, Call
from campaigns.store.database import Database
from campaigns.words import ContactState, Outcome
from tests.store.people import NOW

SURVEY = "survey"


class Archive:
    """Puts in what engines would have left behind."""

    def __init__(self, db: Database, campaign: str = SURVEY) -> None:
        self._db, self._campaign, self._count = db, campaign, 0
        with db.write() as session:
            session.add(Campaign(name=campaign, state="running", changed_at=NOW))

    def add(
        self,
        state: ContactState = "done",
        outcome: Outcome | None = "completed",
        calls: Sequence[Call] = (("completed", "answered"),),
        answers: Mapping[str, str] | None = None,
        institution: str = "Clinic 5",
        at: datetime = NOW,
        queued_at: datetime | None = None,
        delivered_at: datetime | None = None,
        not_before: datetime | None = None,
        counted: bool = True,
        phones: Sequence[str] = (),
    ) -> int:
        """at: when it was closed, or was queued while it is open; its id."""
        self._count += 1
        still_open = state in OPEN
        contact = Contact(
            campaign=self._campaign,
            external_id=f"{self._campaign} {self._count}",
            phone=f"+79{self._count:09d}",
            phones=list(phones),
            full_name="",
            language="ru",
            time_zone="UTC",
            institution=institution,
            fields={},
            digest="",
            rank=int(END_OF_TIME.timestamp()),
            state=state,
            outcome=outcome,
            not_before=not_before,
            delivered_at=delivered_at,
            queued_at=queued_at or at,
            closed_at=None if still_open else at,
        )
        with self._db.write() as session:
            session.add(contact)
            session.flush()
            attempts = [self._attempt(contact, number, call, counted) for number, call in enumerate(calls, 1)]
            session.add_all(attempts)
            session.flush()
            if answers:
                self._answer(session, contact, attempts[-1].id, answers)
            return contact.id

    def _attempt(self, contact: Contact, number: int, call: Call, counted: bool) -> Attempt:
        outcome, cause = call
        begun = contact.queued_at + timedelta(minutes=number)
        return Attempt(
            contact_id=contact.id,
            campaign=contact.campaign,
            number=number,
            trunk="main",
            token=number,
            started_at=begun,
            ended_at=None if outcome is None else begun + timedelta(seconds=60),
            cause=cause,
            outcome=outcome,
            counted=counted,
            talk_seconds=30.0,
        )

    def _answer(self, session: Session, contact: Contact, attempt: int, answers: Mapping[str, str]) -> None:
        session.add_all(
            Answer(
                contact_id=contact.id,
                campaign=contact.campaign,
                attempt_id=attempt,
                question=question,
                value=value,
                at=contact.queued_at,
            )
            for question, value in answers.items()
        )
