"""`dialer serve`: HTTP, MLLP and the servers that are read, without an engine."""

import logging
import sys
from pathlib import Path

from campaigns.cli.options import say, tell
from campaigns.doors.serve import serve
from campaigns.doors.watch import has_doors
from campaigns.errors import SettingsError
from campaigns.settings import FILE_NAME, read_home

LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def serve_home(folder: Path, *, beside: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; beside an engine, until that ends."""
    home = read_home(folder)
    if not has_doors(home):
        raise SettingsError(
            f"{folder / FILE_NAME}: there is nothing to serve: add [api], [mllp] or [[fhir_servers]]."
        )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=LOG_FORMAT)
    serve(home, tell if beside else say, beside=beside)
