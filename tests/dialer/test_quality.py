import itertools

import pytest

from dialer.messages import Quality
from dialer.quality import BEST_MOS, WORST_MOS, StreamFigures, mos, quality_of


@pytest.mark.parametrize(
    ("lost_percent", "delay_ms", "score"),
    [
        (0, 0, 4.41),  # R 93.2, the best that G.107 gives to a telephone
        (0, 150, 4.33),  # G.114: nobody notices
        (0, 177.3, 4.32),
        (0, 400, 3.05),  # G.114: the longest that is tolerable
        (1, 50, 4.30),
        (2, 100, 4.16),
        (5, 50, 3.87),
        (10, 50, 3.35),
        (20, 50, 2.57),
        (100, 0, 1.18),
        (100, 1000, WORST_MOS),
        (-5, -50, 4.41),
        (500, 0, 1.18),
    ],
)
def test_mos_of_loss_and_delay(lost_percent: float, delay_ms: float, score: float) -> None:
    assert mos(lost_percent, delay_ms) == pytest.approx(score, abs=0.01)


def test_more_loss_and_more_delay_are_never_better() -> None:
    for delay_ms in range(0, 2000, 50):
        scores = [mos(lost, delay_ms) for lost in range(101)]
        assert all(WORST_MOS <= score <= BEST_MOS for score in scores)
        assert all(after <= before for before, after in itertools.pairwise(scores))
    late = [mos(1, delay_ms) for delay_ms in range(0, 2000, 10)]
    assert all(after <= before for before, after in itertools.pairwise(late))


@pytest.mark.parametrize(
    ("streams", "quality"),
    [
        ([], Quality()),
        ([StreamFigures()], Quality()),
        ([StreamFigures(sent=250)], Quality(one_way=True)),
        ([StreamFigures(received=100, sent=100)], Quality(packets=100, mos=4.4)),
        (
            [StreamFigures(90, 10, 200, 20, 3.0, 80.0, 40.0)],
            Quality(90, 10.0, 3.0, 80.0, 10.0, False, 3.29),
        ),
        (
            [StreamFigures(300, 0, 300, 3, 4.0, 60.0, 40.0), StreamFigures(100, 0, 100, 1, 8.0, 0.0, 40.0)],
            Quality(400, 0.0, 5.0, 60.0, 1.0, False, 4.36),
        ),
        ([StreamFigures(sent=100), StreamFigures(received=50, sent=50)], Quality(packets=50, mos=4.4)),
        (
            [StreamFigures(received=10, lost=-3, sent=1, far_lost=9)],
            Quality(10, far_lost_percent=100.0, mos=4.4),
        ),
    ],
)
def test_quality_of_a_call(streams: list[StreamFigures], quality: Quality) -> None:
    assert quality_of(streams) == quality
