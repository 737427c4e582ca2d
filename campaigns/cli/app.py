"""The command `dialer`: all its groups, and how a failure ends."""

# ruff: noqa: E402 - the imports take a second, in which Ctrl-C must not end in a traceback
import os
import signal

WRONG_USE = 2  # as typer has it
INTERRUPTED = 130  # as a shell says it: 128 and the number of SIGINT
_heeded = signal.getsignal(signal.SIGINT)
if _heeded is signal.default_int_handler:  # else it is ignored, or whoever imports us heeds it
    signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(INTERRUPTED))

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli import (
    campaign,
    contacts,
    hl7,
    home,
    keys,
    operators,
    optout,
    outbox,
    plan,
    prompts,
    queue,
    report,
    simulate_load,
    tasks,
    users,
)
from campaigns.cli.options import HomeOption, JsonOption, tell
from campaigns.engine.voice_log import voices_told
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from dialer.errors import DialerError
from prompts.errors import PromptError

signal.signal(signal.SIGINT, _heeded)

app = typer.Typer(
    name="dialer",
    help="Calls patients: results, callbacks and surveys by telephone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("init")(home.init)
app.command("queue")(queue.queue)
app.command("plan")(plan.plan_rest)
app.command("report")(report.report)
app.command("simulate-load")(simulate_load.simulate_load)
app.add_typer(campaign.app, name="campaign")
app.add_typer(contacts.app, name="contacts")
app.add_typer(tasks.app, name="tasks")
app.add_typer(operators.app, name="operators")
app.add_typer(optout.app, name="optout")
app.add_typer(outbox.app, name="outbox")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(hl7.app, name="hl7")
app.add_typer(prompts.app, name="prompts")
app.add_typer(home.database_app, name="db")


@app.callback()
def every_command(context: typer.Context) -> None:
    """Whatever the command, what voices complain of is told in plain sentences."""
    context.with_resource(voices_told(tell))


UntilIdle = Annotated[
    bool, typer.Option("--until-idle", help="End when no call runs and nothing is due now.")
]
BesideEngine = Annotated[bool, typer.Option("--beside-engine", hidden=True)]
HowMany = Annotated[int, typer.Option("--patients", min=1, max=1000, help="How many simulated patients.")]
Place = Annotated[Path, typer.Option("--home", help="Where to leave what the demonstration made.")]


@app.command("run")
def run(home: HomeOption, until_idle: UntilIdle = False) -> None:
    """Place the calls of all launched campaigns. Ctrl-C lets running calls end; a second one ends them."""
    from campaigns.cli.run import (
        run_campaigns,  # here: no other command waits a second for the engine to load
    )

    run_campaigns(home, until_idle=until_idle)


@app.command("serve")
def serve(home: HomeOption, beside_engine: BesideEngine = False) -> None:
    """Serve what api, mllp and fhir_servers of dialer.toml say, without an engine, until Ctrl-C."""
    from campaigns.cli.serve import serve_home

    serve_home(home, beside=beside_engine)


@app.command("doctor")
def doctor(home: HomeOption, as_json: JsonOption = False) -> None:
    """Look over the home, this machine and each trunk, without placing a call; also while an engine runs."""
    from campaigns.cli.doctor import examine

    examine(home, as_json=as_json)


@app.command("demo")
def demo(patients: HowMany = 24, home: Place = Path("var/demo")) -> None:
    """Call simulated patients over real SIP and RTP on this machine."""
    from campaigns.cli.demo import play

    play(home, patients)


def main() -> None:
    """Run the command; exit 0 done, 1 the work failed, 2 wrong use, 130 interrupted before it had begun."""
    _refuse_unreadable(sys.argv)
    try:
        app()
    except (CampaignsError, ScriptError, DialerError, PromptError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the last word of a failed command
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _refuse_unreadable(words: Sequence[str]) -> None:
    """Bytes that are no text can neither be kept nor shown, whatever the command."""
    for place, word in enumerate(words):
        try:
            word.encode()
        except UnicodeEncodeError:
            what = f"Word {place} of the command is not UTF-8: set the terminal to UTF-8 and type it again."
            print(what, file=sys.stderr)  # noqa: T201 - as in main
            raise SystemExit(WRONG_USE) from None
