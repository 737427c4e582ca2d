"""Options of the whole suite, and which of its tests may run side by side (`pytest -n 3`)."""

import os
from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import spoken

REAL_CALLS = (
    *("chaos/", "doors/test_senders.py", "nodes/test_processes.py", "system/"),
    *("contract/", "deploy/", "dialer/", "dialer_phones/", "doctor/test_visit.py", "interop/"),
)
"""What shares ports and feels a load: one process runs it, test after test.

Ports: the first line 14000-14999, 17000-19999, and of the demonstration 15000-15019, 15600-15899,
20000-24399, 30000-31999; the second 14600-14699, 15020-15999, 17600-17799, 24400-29999, 34000-34999.
"""
POLITE = 19
"""How much less urgent everything else is: real calls wait most of the time, but must not be kept waiting."""

_polite = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-conversations",
        action="store_true",
        help="write the golden conversations anew, so that a change of behaviour is a readable difference",
    )


def pytest_configure(config: pytest.Config) -> None:
    """One folder of speech for all homes, in all processes of this run."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        spoken.make()
        config.add_cleanup(spoken.remove)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Soak tests only where soak is asked for by name, whatever else is chosen by marks."""
    if "soak" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A process that is through with real calls, or has none, gives way to those that have."""
    global _polite
    if "PYTEST_XDIST_WORKER" in os.environ and not _polite and not _real_calls(item.nodeid):
        _polite = True
        os.nice(POLITE)


@pytest.fixture(scope="session", autouse=True)
def _shipped_scripts_are_read_once() -> Iterator[None]:
    from campaigns import library  # here: tests that are not about campaigns start sooner without
    from tests import ready

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "script_at", ready.script_of)
        yield


def _real_calls(nodeid: str) -> bool:
    return nodeid.removeprefix("tests/").startswith(REAL_CALLS)


class RealCallsInTurn(LoadScopeScheduling):  # type: ignore[misc]
    """One process for the tests with real calls, which come first; the others as there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return "real calls" if _real_calls(nodeid) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RealCallsInTurn:
    return RealCallsInTurn(config, log)
