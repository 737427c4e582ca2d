"""Options of the whole suite, and which of its tests may run side by side (`pytest -n 2`)."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WITH_REAL_CALLS = frozenset(
    {"chaos", "contract", "deploy", "dialer", "dialer_phones", "doctor", "interop", "nodes", "system"}
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-conversations",
        action="store_true",
        help="write the golden conversations anew, so that a change of behaviour is a readable difference",
    )


class RealCallsInTurn(LoadScopeScheduling):  # type: ignore[misc]
    """Tests with real calls share ports and feel a load: one process runs them all, and begins with them."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return "real calls" if folder in WITH_REAL_CALLS else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RealCallsInTurn:
    return RealCallsInTurn(config, log)
