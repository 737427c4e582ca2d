"""Every verb has examples in its docstring; they are read, checked as a whole script, and played."""

import inspect
from io import StringIO
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from campaigns.flows.reader import Book, read_document
from campaigns.flows.run import Conversation
from campaigns.flows.script import Question, Step
from campaigns.flows.standard import AFTER_THE_TONE
from campaigns.flows.verbs import MODULES, READERS, read_step
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.record import RecordStep
from tests.flows.scripts import VALUES, load

INDENT = "    "


def examples(verb: str) -> list[str]:
    """The indented blocks of a verb's docstring; a blank line parts two steps, prose parts two blocks."""
    blocks: list[list[str]] = [[]]
    for line in (MODULES[verb].__doc__ or "").splitlines():
        if line.startswith(INDENT):
            blocks[-1].append(line.removeprefix(INDENT))
        elif line:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def steps_of(block: str) -> list[Step]:
    """The steps of an example."""
    book = Book("example")
    entries = read_document(book, block.encode()).entries()
    steps = [read_step(name, node) for name, node in entries.items()]
    book.close()
    return [step for step in steps if step]


FIELDS = {
    "birth_year": {"type": "year"},
    "result": {"type": "choice", "values": ["negative", "positive", "inconclusive"], "private": False},
    "called_at": {"type": "datetime"},
}
HEAD = {"name": "trial", "title": "t", "languages": ["ru"], "policy": {"attempts": 1}, "start": "entrance"}


def keys_text(*keys: str) -> dict[str, str]:
    return {"ru": " ".join(f"{{key:{key}}}" for key in keys)}


def whole_script(block: str) -> str:
    """The example with all that it leads to, says and knows; the entrance leads to each of its steps."""
    steps = steps_of(block)
    document = YAML(typ="safe").load(block)
    for way in {way.to for step in steps for way in step.exits()} - document.keys():
        document[way] = {"end": "completed"}
    said = {text for step in steps for text in step.texts()} - {AFTER_THE_TONE}
    texts = {text: {"ru": "Текст."} for text in said}
    rules = [
        {"when": {step.answer: sorted(step.low | step.broken)}, "task": "trial", "urgency": "low"}
        for step in steps
        if isinstance(step, AskStep) and step.low | step.broken
    ]
    for step in steps:
        if isinstance(step, AskStep):
            texts[step.asked[-1]] = keys_text(*(key.key for key in step.keys))
        for whispered in step.whispers():
            texts[whispered] = keys_text("1")
    ways = {number: {"then": step.name} for number, step in enumerate(steps, 1)}
    document["entrance"] = {"ask": "begin", "keys": ways}
    texts["begin"] = keys_text(*map(str, ways))
    if any(step.reads() == ("mark",) for step in steps):
        document["entrance"] = {"ask": "begin", "answer": "mark", "scale": 5, "then": steps[0].name}
        texts["begin"] = keys_text("1", "5")
    out = StringIO()
    YAML().dump({**HEAD, "fields": FIELDS, "texts": texts, "steps": document, "afterwards": rules}, out)
    return out.getvalue()


ALL = [(verb, block) for verb in READERS for block in examples(verb)]


@pytest.mark.parametrize("verb", READERS)
def test_every_verb_has_examples_of_itself(verb: str) -> None:
    shown = [step for block in examples(verb) for step in steps_of(block)]
    assert {step.verb for step in shown} == {verb}


def test_every_verb_file_is_registered() -> None:
    folder = Path(inspect.getfile(MODULES["say"])).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == MODULES.keys() == READERS.keys()


@pytest.mark.parametrize(("verb", "block"), ALL, ids=lambda value: value.split("\n")[0])
def test_examples_are_right_scripts_that_end(tmp_path: Path, verb: str, block: str) -> None:
    assert verb in {step.verb for step in steps_of(block)}
    script = load(tmp_path, whole_script(block))
    conversation = Conversation(script, {**VALUES, "birth_year": "1954", "result": "negative"})
    conversation.begin()
    for _ in range(50):
        if conversation.over:
            break
        question = script.steps[conversation.state.step]
        if isinstance(question, ConnectStep):
            conversation.unconnected()
            continue
        if isinstance(question, RecordStep):
            conversation.spoken("", 0.0)
            continue
        assert isinstance(question, Question)
        conversation.keys("1" if question.max_keys == 1 else "1954")
    assert conversation.over
