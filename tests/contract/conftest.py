from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.lines_under_test import UnderTest, fake_lines, real_lines


@pytest.fixture(params=["fake", "real"])
def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnderTest]:
    with (fake_lines if request.param == "fake" else real_lines)(tmp_path) as lines:
        yield lines
