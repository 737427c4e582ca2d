"""What a campaign may take of the lines holds in a whole run."""

from pathlib import Path

from campaigns.flows.loader import LIBRARY, find_scripts
from tests.engine.world import COVID, HEARS_AND_MARKS, World


def test_a_campaign_never_has_more_calls_than_its_limit_and_still_reaches_all(tmp_path: Path) -> None:
    numbers = [f"+7912000{n:04d}" for n in range(5)]
    world = World(tmp_path, dict.fromkeys(numbers, HEARS_AND_MARKS), lines=4)
    own = world.home.own_campaigns
    own.mkdir(parents=True, exist_ok=True)
    text = find_scripts(LIBRARY)[COVID].read_text()
    (own / f"{COVID}.yaml").write_text(text.replace("\npolicy:\n", "\npolicy:\n  max_calls: 2\n"))
    world.start()
    for n, number in enumerate(numbers):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    world.run_until_idle()
    assert world.lines.busiest == 2
    assert world.report(COVID)["contacts"]["done"] == 5
