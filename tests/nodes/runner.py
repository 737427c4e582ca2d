"""`dialer run` on a machine whose clock is wrong, among nodes that wait for each other less."""

import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from unittest.mock import patch

from campaigns.assemble import running_engine
from campaigns.cli.options import tell
from campaigns.cli.run import heed_signals, watch
from campaigns.engine.membership import Vigil
from campaigns.settings import read_home

BEAT_SECONDS, DEAD_SECONDS, SETTLE_SECONDS = 1.0, 6.0, 5.0


def run(home: Path, minutes_off: float) -> None:
    """Work on this home until told to stop."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(minutes=minutes_off)

    vigil = Vigil(BEAT_SECONDS, timedelta(seconds=DEAD_SECONDS), timedelta(seconds=SETTLE_SECONDS))
    with (
        patch("campaigns.clock.datetime", Wrong),
        running_engine(read_home(home), tell, vigil=vigil) as engine,
    ):
        heed_signals(engine)
        watch(engine, until_idle=False)


if __name__ == "__main__":
    run(Path(sys.argv[1]), float(sys.argv[2]))
