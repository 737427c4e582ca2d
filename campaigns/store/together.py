"""What many ask for at once is written in one transaction, and answered when it is safe."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from campaigns.errors import Crossed, DatabaseUnusable
from campaigns.store import locks
from campaigns.store.database import Database
from campaigns.store.postgresql import is_crossed

T = TypeVar("T")

MOST_WORKS = 256  # of one transaction: what fails at the commit fails for all of them
WORK_SECONDS = 0.05  # after so long no further work is begun: the engine waits no longer for its turn
PAUSE_LEAST, PAUSE_MOST = 0.001, 0.05  # seconds in which SQLite is left to others; also, more work comes
TRIES_ALONE = 2  # of work that two transactions kept from one another
GIVE_WAY_SECONDS = 0.1  # so long the works of one transaction, which hold much, wait for what others hold
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


@dataclass
class _Job:
    """One work, who waits for it, and what they are told when the transaction is kept."""

    work: Callable[[Session], Any]
    answer: Future[Any]
    result: Any = None
    fault: Exception | None = None
    again: bool = False  # another transaction kept it from what it needs

    def told(self) -> None:
        if self.fault is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.fault)


class Together:
    """Writes for many threads, in the order in which they ask.

    A thread of its own takes what has come meanwhile and runs it in one transaction, each work in a
    savepoint: one that fails leaves nothing, gets its error, and hinders no other. Nobody is answered before
    the commit. After it SQLite is left to others for as long as it took: no engine is starved. On PostgreSQL
    such a transaction gives way to others, an engine above all, and does alone what it could not do.
    """

    def __init__(
        self, db: Database, noticed: Callable[[DatabaseUnusable | None], None] = lambda _: None
    ) -> None:
        """noticed: told, by the thread, why nothing can be kept from now on; None: it can be again."""
        self._db = db
        self._noticed = noticed
        self.hindered: DatabaseUnusable | None = None
        self._asked: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="together", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Run the work soon; what it returned, once that is kept, or what it raised, when nothing of it is.

        The work gets a session of its own and must not commit; store functions that open `db.write()` or
        `db.read()` by themselves join it. It should be done within some hundredths of a second, and may run
        more than once. `DatabaseUnusable`: the database is away, busy or full, or this is closed.
        """
        answer: Future[T] = Future()
        with self._gate:
            if self._closed:
                answer.set_exception(DatabaseUnusable("This program is about to end: ask again in a moment."))
            else:
                self._asked.put(_Job(work, answer))
        return answer

    def close(self) -> None:
        """Finish what was asked for, and take no more; idempotent."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._asked.put(None)
        self._thread.join()

    # ------------------------------------------------------------ in its own thread

    def _run(self) -> None:
        while (job := self._asked.get()) is not None:
            began = time.monotonic()
            done = self._in_one(job)
            for each in sorted(done, key=lambda job: job.again):  # those that are kept wait for no other
                if each.again:
                    self._alone(each)
                each.told()
            if not self._db.shared:
                time.sleep(min(max(time.monotonic() - began, PAUSE_LEAST), PAUSE_MOST))

    def _in_one(self, first: _Job) -> list[_Job]:
        """One transaction: its works, with what came of them."""
        begun: list[_Job] = []
        try:
            with self._db.write() as session:
                locks.give_way(session, GIVE_WAY_SECONDS)
                until = time.monotonic() + WORK_SECONDS
                for job in self._coming(first, until):
                    begun.append(job)
                    self._do(session, job)
            self._note(None)
        except Exception as error:  # noqa: BLE001  nothing was kept: whoever waits is told of it
            self._note(error)
            begun = begun or self._all_that_wait(first)
            for job in begun:
                job.fault, job.again = error, _crossed(error)
        return begun

    def _note(self, error: Exception | None) -> None:
        """Whether the database keeps what is written, as the last transaction showed."""
        was = self.hindered
        if error is None:
            self.hindered = None
        elif isinstance(error, DatabaseUnusable) and not _crossed(error):
            self.hindered = error
        if (was is None) != (self.hindered is None):
            self._noticed(self.hindered)

    def _coming(self, first: _Job, until: float) -> Iterator[_Job]:
        """What is asked for meanwhile, as much as one transaction may do."""
        job: _Job | None = first
        left = MOST_WORKS
        while job is not None:
            if job.answer.set_running_or_notify_cancel():
                yield job
            left -= 1
            job = self._next() if left and time.monotonic() < until else None

    def _all_that_wait(self, first: _Job) -> list[_Job]:
        """Where no transaction can begin, nobody waits for another try of the same."""
        waiting = iter(self._next, None)
        return [job for job in (first, *waiting) if job.answer.set_running_or_notify_cancel()]

    def _next(self) -> _Job | None:
        """What came meanwhile; None when nothing did, or nothing more will."""
        try:
            job = self._asked.get_nowait()
        except queue.Empty:
            return None
        if job is None:
            self._asked.put(None)  # for `_run`; nothing comes behind it
        return job

    def _do(self, session: Session, job: _Job) -> None:
        """One work in a savepoint. Raises what leaves nothing of the whole transaction."""
        own = Session(
            session.connection(),
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info=session.info,
        )
        try:
            with own, self._db.joined(own), own.begin():
                job.result = job.work(own)
        except DBAPIError as error:
            job.again = _its_locks(error)
            job.fault = self._its_own(error)
        except Exception as error:  # noqa: BLE001  it is for whoever asked; what was done is taken back
            job.fault = error

    def _its_own(self, error: DBAPIError) -> Exception:
        """What is told to the one whose work it was; raised where the others fare alike."""
        before = error.__context__  # SQLite ends some transactions by itself, and then knows no savepoint
        if isinstance(before, DBAPIError) and self._db.hindrance(before):
            raise before
        hindrance = self._db.hindrance(error)
        if hindrance and not _its_locks(error):
            raise error
        return hindrance or error

    def _alone(self, job: _Job) -> None:
        """Work that others crossed or kept waiting, in a transaction of its own."""
        for _ in range(TRIES_ALONE):
            job.fault, job.again = None, False
            try:
                with self._db.write() as session, self._db.joined(session):
                    job.result = job.work(session)
            except Exception as error:  # noqa: BLE001  as above
                job.fault, job.again = error, _crossed(error)
            if not job.again:
                return


def _crossed(error: Exception) -> bool:
    """Whether two transactions kept one another from going on, so that one had to give way."""
    return isinstance(error, Crossed) or (isinstance(error, DBAPIError) and is_crossed(error.orig))


def _its_locks(error: DBAPIError) -> bool:
    """Whether it waited in vain for what somebody else holds: others need not."""
    return is_crossed(error.orig) or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
