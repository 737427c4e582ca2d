"""Place one call by hand: `python -m dialer sip:127.0.0.1:5090 +79120000001 --play hello.wav --keys 1`."""

import argparse
import sys
import time
from pathlib import Path

from dialer.errors import LinesNotStarted
from dialer.messages import Answered, Collect, Collected, Dial, Ended, Event, HangUp, Play, Played, Record
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk

CALL = "by-hand"
FIRST_KEY_SECONDS = 10.0
NEXT_KEY_SECONDS = 3.0


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when the call was answered, 1 when not, 2 for wrong use."""
    options = _options(arguments)
    pool = LinePool(
        LineSettings((Trunk("by-hand", options.trunk),), count=1, sip_port_first=options.sip_port)
    )
    try:
        pool.start()
    except LinesNotStarted as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return _call(pool, options)
    except KeyboardInterrupt:
        return 1
    finally:
        pool.stop()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dialer", description="Place one call by hand.")
    parser.add_argument("trunk", help="sip:host[:port][;transport=tcp]")
    parser.add_argument("number", help="the number to call, with plus")
    parser.add_argument(
        "--play", type=Path, action="append", default=[], help="a WAV to play; may be repeated"
    )
    parser.add_argument("--keys", type=int, default=0, help="how many keys to wait for")
    parser.add_argument("--record", type=Path, help="a WAV to record both sides into")
    parser.add_argument("--caller-id", default="", help="the number that is shown")
    parser.add_argument("--ring", type=float, default=30.0, help="seconds to let it ring")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds the call may last")
    parser.add_argument("--sip-port", type=int, default=15000, help="first local SIP port to try")
    return parser.parse_args(arguments)


def _call(pool: LinePool, options: argparse.Namespace) -> int:
    begun = time.monotonic()
    pool.send(Dial(CALL, "by-hand", options.number, options.caller_id, options.ring, options.limit))
    to_play = len(options.play)
    while True:
        for event in pool.receive(1.0):
            print(f"{time.monotonic() - begun:7.3f} s  {event}")
            if isinstance(event, Ended):
                return 0 if event.answered else 1
            if isinstance(event, Answered):
                _speak(pool, options)
            to_play -= isinstance(event, Played)
            if _is_last(event, to_play, options.keys):
                pool.send(HangUp(CALL))


def _speak(pool: LinePool, options: argparse.Namespace) -> None:
    if options.record is not None:
        pool.send(Record(CALL, str(options.record)))
    for path in options.play:
        pool.send(Play(CALL, path.name, str(path)))
    if options.keys:
        pool.send(Collect(CALL, "keys", options.keys, "#", FIRST_KEY_SECONDS, NEXT_KEY_SECONDS))


def _is_last(event: Event, to_play: int, keys: int) -> bool:
    """Whether nothing is left to say or to ask after this event."""
    if isinstance(event, Collected):
        return True
    return not keys and to_play == 0 and isinstance(event, Played | Answered)


if __name__ == "__main__":
    sys.exit(main())
