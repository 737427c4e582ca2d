"""`dialer tasks`: the work that calls left for humans."""

import getpass
import math
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from campaigns.cli.auditing import audit_tasks
from campaigns.cli.options import (
    GREATEST_NUMBER,
    HomeOption,
    JsonOption,
    console,
    in_utc,
    met_campaign,
    open_home,
    print_json,
    say,
    tell,
)
from campaigns.cli.task_tables import history_table, local, task_in_words, tasks_table
from campaigns.settings import Home
from campaigns.store import campaigns, contacts, tasks
from campaigns.store.database import Database
from campaigns.store.tasks import TaskView
from campaigns.words import Level, TaskState

__all__ = ["app", "tasks_table"]

app = typer.Typer(help="Work for humans: take it, say what was done, hand it up.", no_args_is_help=True)
app.command("audit")(audit_tasks)

Number = Annotated[int, typer.Argument(min=1, max=GREATEST_NUMBER, help="Number of the task.")]
Who = Annotated[str | None, typer.Option("--as", help="Who does it; without it, the login name.")]
Note = Annotated[str, typer.Option("--note", help="What there is to say of it.")]
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign's tasks.")]
InstitutionOption = Annotated[
    str | None, typer.Option("--institution", help="Only this institution's tasks.")
]
LevelOption = Annotated[Level | None, typer.Option("--level", help="Only tasks that are for these.")]


@app.command("list")
def list_tasks(
    home: HomeOption,
    campaign: CampaignOption = None,
    institution: InstitutionOption = None,
    level: LevelOption = None,
    state: Annotated[TaskState | None, typer.Option("--state", help="Only tasks in this state.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you have, or put off.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, max=tasks.MOST_AT_ONCE, help=f"A table has {tasks.PAGE}, JSON all."),
    ] = None,
    after: Annotated[
        int | None, typer.Option("--after", min=1, max=GREATEST_NUMBER, help="Go on behind this task.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too, the newest first.")] = False,
    who: Who = None,
    as_json: JsonOption = False,
) -> None:
    """The open tasks, the one that is due first at the top."""
    settings, database = open_home(home) if campaign is None else met_campaign(home, campaign)
    wanted = tasks.Filter(
        campaign,
        institution,
        level,
        state,
        owner=_name(who) if mine else None,
        late_at=datetime.now(UTC) if overdue else None,
        everything=everything or state in tasks.CLOSED,
    )
    if as_json and limit is None and after is None:
        print_json([task.as_json() for task in tasks.listing(database, wanted)])
        return
    page = tasks.page(database, wanted, after, limit or tasks.PAGE)
    rows = [task.as_json() for task in page.tasks]
    if as_json:
        print_json(rows)
    else:
        console.print(tasks_table(rows, settings.file.engine.zone))
    if page.after is not None:
        tell(f"There are more: add --after {page.after}, or a larger --limit.")


@app.command("show")
def show(number: Number, home: HomeOption, as_json: JsonOption = False) -> None:
    """One task, and all that happened to it."""
    settings, database = open_home(home)
    task, changes = tasks.find(database, number), tasks.history(database, number)
    if as_json:
        happened: list[dict[str, Any]] = [
            {
                "at": change.at.isoformat(),
                "who": change.who,
                "event": change.event,
                "state": change.state,
                "level": change.level,
                "note": change.note,
            }
            for change in changes
        ]
        print_json({**task.as_json(), "changes": happened})
        return
    _say_all(settings, task)
    console.print(history_table(changes, settings.file.engine.zone))


@app.command("take")
def take(
    home: HomeOption,
    number: Annotated[
        int | None, typer.Argument(min=1, max=GREATEST_NUMBER, help="Number; without it, the one due first.")
    ] = None,
    institution: InstitutionOption = None,
    level: LevelOption = None,
    who: Who = None,
) -> None:
    """Have a task; it returns by itself when nothing is done with it. Its owner has it for longer."""
    settings, database = open_home(home)
    taken = tasks.take(database, _name(who), datetime.now(UTC), number, institution, level)
    _say_all(settings, taken)


@app.command("return")
def give_back(number: Number, home: HomeOption, note: Note = "", who: Who = None) -> None:
    """Let somebody else take it."""
    _, database = open_home(home)
    tasks.give_back(database, number, _name(who), note, datetime.now(UTC))
    say(f"Task {number} is open for everybody.")


@app.command("note")
def note_down(
    number: Number, text: Annotated[str, typer.Argument(help="The note.")], home: HomeOption, who: Who = None
) -> None:
    """Keep what there is to say of it."""
    _, database = open_home(home)
    tasks.note(database, number, _name(who), text, datetime.now(UTC))
    say(f"Your note is kept with task {number}.")


@app.command("tried")
def tried(number: Number, home: HomeOption, note: Note = "", who: Who = None) -> None:
    """You tried to reach the person, and did not."""
    _, database = open_home(home)
    tasks.tried(database, number, _name(who), note, datetime.now(UTC))
    made = sum(change.event == "tried" for change in tasks.history(database, number))
    say(f"Task {number}: {made} {'try' if made == 1 else 'tries'} to reach the person so far.")


@app.command("wait")
def wait(
    number: Number,
    home: HomeOption,
    hours: Annotated[float | None, typer.Option("--hours", min=0.01, max=10_000)] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="By the clinic's clock.", formats=["%Y-%m-%d", "%Y-%m-%d %H:%M"]),
    ] = None,
    note: Note = "",
    who: Who = None,
) -> None:
    """Put it off: it comes back by itself, and still is due when it was."""
    if (hours is None) == (until is None):
        raise typer.BadParameter("say either --hours or --until")
    if hours is not None and math.isnan(hours):
        raise typer.BadParameter("say a number of hours")
    settings, database = open_home(home)
    now = datetime.now(UTC)
    then = now + timedelta(hours=hours) if hours else _moment(settings, until, now)
    task = tasks.put_off(database, number, _name(who), then, note, now)
    late = "; it is due before that, and then goes up" if then > task.due_at else ""
    say(f"Task {number} waits until {_local(settings, then)}{late}.")


@app.command("resolve")
def resolve(
    number: Number,
    home: HomeOption,
    note: Annotated[str, typer.Option("--note", help="What was done: the outcome.")],
    who: Who = None,
) -> None:
    """Close a task with its outcome; where its campaign says so the person is asked whether it is solved."""
    settings, database = open_home(home)
    task = tasks.resolve(database, number, _name(who), note, datetime.now(UTC))
    say(f"Task {number} is resolved.")
    if task.checked_by:
        _say_who_is_asked(settings, database, task)
    elif task.check:
        tell(f"Task {number}: {tasks.history(database, number)[-1].note}.")


@app.command("escalate")
def escalate(number: Number, home: HomeOption, note: Note = "", who: Who = None) -> None:
    """Hand it up: to the head of the institution, and from there to the authority."""
    settings, database = open_home(home)
    task = tasks.escalate(database, number, _name(who), note, datetime.now(UTC))
    say(f"Task {number} is for the {task.level} now, due {_local(settings, task.due_at)}.")
    told = tasks.history(database, number)[-1].note
    if tasks.UNTOLD in told:
        tell(f"Task {number}: {told[told.index(tasks.UNTOLD) :]}.")


@app.command("reopen")
def reopen(number: Number, home: HomeOption, note: Note = "", who: Who = None) -> None:
    """It was closed too early."""
    settings, database = open_home(home)
    task = tasks.reopen(database, number, _name(who), note, datetime.now(UTC))
    say(f"Task {number} is open again, due {_local(settings, task.due_at)}.")


def _say_all(settings: Home, task: TaskView) -> None:
    for sentence in task_in_words(task, settings.file.engine.zone, settings.recordings):
        say(sentence)


def _say_who_is_asked(settings: Home, database: Database, task: TaskView) -> None:
    asked = contacts.find(database, task.check, task.checked_by)
    until = "" if asked is None or asked.deadline is None else f" until {_local(settings, asked.deadline)}"
    say(f"{task.check} asks the person whether it is solved, as {task.checked_by}, by calls{until}.")
    if (state := campaigns.state_of(database, task.check)) not in ("running", "finished"):
        tell(f"{task.check} is {state}, so nobody is called yet: dialer campaign launch {task.check}.")


def _name(who: str | None) -> str:
    name = (who if who is not None else getpass.getuser()).strip()
    if not name or name == "engine":
        what = "say who does it, by a name that is not blank and not engine"
        raise typer.BadParameter(what, param_hint="--as")
    return name


def _moment(settings: Home, until: datetime | None, now: datetime) -> datetime:
    return now if until is None else in_utc(until, settings.file.engine.zone)


def _local(settings: Home, moment: datetime) -> str:
    return local(moment, settings.file.engine.zone)
