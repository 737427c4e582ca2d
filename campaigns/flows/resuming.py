"""What can be wrong with a campaign whose calls go on where an earlier one stopped."""

from collections.abc import Iterator

from campaigns.flows.proof import Fault
from campaigns.flows.script import Script
from campaigns.flows.watched import delivers
from campaigns.flows.wording import keys_named


def resume_faults(script: Script, line: int) -> Iterator[Fault]:
    """line: where `resume` stands. Nothing where it does not."""
    if not script.resume:
        return
    if not (script.policy.completed or "partial" in script.policy.retry_after):
        yield line, "resume needs a wait: write partial under retry_after, else nobody is called again"
    tells = sorted(step.name for step in script.steps.values() if delivers(step))
    if tells:
        yield line, f'resume is for surveys: "{tells[0]}" tells a message, which is told whole or not at all'
    if not any(way.answers for step in script.steps.values() for way in step.exits()):
        yield line, "resume has nothing to leave out: no question keeps its answer"
    reserved = {script.opt_out_key, script.human_key}
    for name in (text for text in script.resume if text in script.texts):
        text = script.texts[name]
        if text.private:
            yield line, f'the text "{name}" is private, and whoever picks up hears it: resume is said first'
        for language, wording in text.wording.items():
            for key in sorted(keys_named(wording) - reserved):
                yield (
                    line,
                    f'"{name}" names key {key} in "{language}", but said first it does nothing',
                )
