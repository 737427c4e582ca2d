"""Options of the whole suite, and which of its tests may run side by side."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITH_REAL_CALLS = ("contract", "dialer", "dialer_phones", "interop", "system")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-conversations",
        action="store_true",
        help="write the golden conversations anew, so that a change of behaviour is a readable difference",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real calls share ports and feel a load: with `-n` one process runs them in turn."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in WITH_REAL_CALLS:
            item.add_marker(pytest.mark.xdist_group("real calls"))
