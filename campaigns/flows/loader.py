"""Reads a campaign file: YAML 1.2 in, a checked script out, or every complaint with its line."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from campaigns.flows.checks import check
from campaigns.flows.columns import COLUMNS, read_columns, read_order
from campaigns.flows.complaints import ScriptError
from campaigns.flows.fields import BUILT_INS, DECLARABLE, NOT_KNOWN, Field, FieldType
from campaigns.flows.packs import PackReader, pack_reader
from campaigns.flows.policies import read_policy
from campaigns.flows.reader import Book, Node, read_document
from campaigns.flows.rules import read_rules
from campaigns.flows.script import Afterwards, OptOutScope, Script, ScriptText, Step, Verdict
from campaigns.flows.standard import MACHINE, NEXT_PERSON, OF_CONNECTING, OF_RECORDING, STANDARD_TEXTS
from campaigns.flows.verbs import read_step
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.verbs.task import CAMPAIGN_NAME, read_urgency
from campaigns.flows.verbs.verify import VerifyStep, fit
from campaigns.flows.wording import malformed, placeholders
from campaigns.rules.policy import Policy
from campaigns.words import Urgency

LIBRARY = Path(__file__).parent / "library"
SUFFIX = ".yaml"
HIGHEST_PRIORITY = 1000
RESERVED_NAMES = frozenset({*COLUMNS, *BUILT_INS, "state", "outcome", "key"})
"""Columns that every campaign has, and words with a meaning of their own."""

SHIPPED_PACKS = pack_reader()

_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_REQUIRED = ("name", "title", "languages", "policy", "texts", "start", "steps")
_OPTIONAL = (
    *("fields", "machine", "record", "priority", "keys", "human_urgency", "afterwards"),
    *("institution", "opt_out_scope", "columns", "resume"),
)


def find_scripts(*folders: Path) -> dict[str, Path]:
    """Campaign name -> file; a later folder wins, and a folder that is not there has none."""
    return {path.stem: path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))}


def load_script(path: Path, read_pack: PackReader = SHIPPED_PACKS) -> Script:
    """The script of one file; read_pack: the rule packs that it may name.

    Raises ScriptError with every complaint, also when the file cannot be read.
    """
    book = Book(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        book.add(0, f"the campaign cannot be read: {error.strerror or 'unknown reason'}")
        book.close()
    entries = read_document(book, content).record(_REQUIRED, _OPTIONAL)
    book.close()
    if entries["name"].string() != path.stem:
        entries["name"].complain(f'the name must be that of the file, "{path.stem}"')
    script = _script(entries, hashlib.sha256(content).hexdigest(), read_pack)
    book.close()
    assert script is not None
    check(script, book, {name: entry.line for name, entry in entries.items()})
    book.close()
    return script


def _script(entries: Mapping[str, Node], digest: str, read_pack: PackReader) -> Script | None:
    name = entries["name"].string()
    if not CAMPAIGN_NAME.fullmatch(name):
        entries["name"].complain("a campaign's name has small letters a-z, digits and single hyphens")
    languages = _languages(entries["languages"])
    opt_out, human = _reserved_keys(entries.get("keys"))
    fields = _fields(entries["fields"]) if "fields" in entries else {}
    texts = _texts(entries["texts"], languages, fields, {"opt_out": opt_out, "human": human})
    steps = _steps(entries["steps"], fields)
    rules = read_rules(entries["afterwards"]) if "afterwards" in entries else ()
    policy = read_policy(entries["policy"], fields, read_pack)
    if policy is None:
        return None
    return Script(
        name=name,
        title=entries["title"].string(),
        languages=languages,
        fields=fields,
        texts=_needed(texts, policy, steps),
        steps=steps,
        start=entries["start"].name(),
        machine=entries["machine"].names() if "machine" in entries else (MACHINE,),
        policy=policy,
        afterwards=tuple(rule for rule in rules if isinstance(rule, Afterwards)),
        verdicts=tuple(rule for rule in rules if isinstance(rule, Verdict)),
        resume=entries["resume"].names() if "resume" in entries else (),
        record="record" in entries and entries["record"].yes_no(),
        priority=entries["priority"].whole(0, HIGHEST_PRIORITY) if "priority" in entries else 0,
        opt_out_key=opt_out,
        human_key=human,
        human_urgency=_urgency(entries.get("human_urgency")),
        digest=digest,
        institution=_institution(entries.get("institution"), fields),
        opt_out_scope=_scope(entries.get("opt_out_scope")),
        columns=read_columns(entries["columns"], fields) if "columns" in entries else {},
    )


def _institution(node: Node | None, fields: Mapping[str, Field]) -> str:
    name = node.name() if node else ""
    if node and name and name not in fields:
        node.complain(f"institution names {name}, which is no field")
    return name


def _scope(node: Node | None) -> OptOutScope:
    return cast(OptOutScope, node.one_of(get_args(OptOutScope))) if node else "all"


def _languages(node: Node) -> tuple[str, ...]:
    languages = node.strings()
    for language in languages:
        if not _LANGUAGE.fullmatch(language) or languages.count(language) > 1:
            node.complain(f'"{language}" must be two small letters, such as ru, and stand here once')
    return languages


def _reserved_keys(node: Node | None) -> tuple[str, str]:
    """Opt-out and human."""
    entries = node.record(required=("opt_out", "human")) if node else {}
    keys = {"opt_out": "9", "human": "0"} | {name: str(entry.whole(0, 9)) for name, entry in entries.items()}
    if node and keys["opt_out"] == keys["human"]:
        node.complain("the opt-out and the human need two different keys")
    return keys["opt_out"], keys["human"]


def _urgency(node: Node | None) -> Urgency:
    return read_urgency(node) if node else "normal"


def _fields(node: Node) -> dict[str, Field]:
    nodes = node.entries()
    fields = {name: field for name, entry in nodes.items() if (field := _field(name, entry))}
    read_order(nodes, fields)
    return fields


def _field(name: str, node: Node) -> Field | None:
    if name in RESERVED_NAMES:
        node.complain(f'no field can be called "{name}": the word is taken')
    if not Node(node.book, name, node.line, "the field").name():
        return None
    node.what = f'the field "{name}"'
    entries = node.record(required=("type",), optional=("private", "values", "future", "optional", "after"))
    if "type" not in entries:
        return None
    entries["type"].what = "the type"
    kind = cast(FieldType, entries["type"].one_of(DECLARABLE))
    private = entries["private"].yes_no() if "private" in entries else True
    values = entries["values"].names() if "values" in entries else ()
    future = "future" in entries and entries["future"].yes_no()
    optional = "optional" in entries and entries["optional"].yes_no()
    if future and kind not in ("date", "datetime"):
        entries["future"].complain("only a date or a datetime can lie in the future")
    if (kind == "choice") != bool(values) or len(set(values)) < len(values):
        node.complain(f'the field "{name}" needs values, each once, if it is a choice, and none otherwise')
    if NOT_KNOWN in values:
        node.complain(f'"{NOT_KNOWN}" cannot be a value: in rules it means that a value is not known')
    after = entries["after"].name() if "after" in entries else ""
    return Field(name, kind, private, values, future, optional, after)


def _texts(
    node: Node, languages: tuple[str, ...], fields: Mapping[str, Field], keys: Mapping[str, str]
) -> dict[str, ScriptText]:
    """The texts of the file, and the standard ones that it does not word itself."""
    own = {name: _text(name, entry, languages, fields, keys) for name, entry in node.entries().items()}
    standard = {
        name: ScriptText(name, {lang: _with_keys(said[lang], keys) for lang in languages if lang in said})
        for name, said in STANDARD_TEXTS.items()
    }
    return standard | own


def _needed(
    texts: Mapping[str, ScriptText], policy: Policy, steps: Mapping[str, Step]
) -> dict[str, ScriptText]:
    """Without the standard texts of what this script does not do."""
    unsaid: set[str] = set() if policy.same_call else {NEXT_PERSON}
    if not any(isinstance(step, ConnectStep) for step in steps.values()):
        unsaid |= {name for name in OF_CONNECTING if not texts[name].line}
    if not any(isinstance(step, RecordStep) for step in steps.values()):
        unsaid |= {name for name in OF_RECORDING if not texts[name].line}
    return {name: text for name, text in texts.items() if name not in unsaid}


def _text(
    name: str, node: Node, languages: tuple[str, ...], fields: Mapping[str, Field], keys: Mapping[str, str]
) -> ScriptText:
    Node(node.book, name, node.line, "the text").name()
    node.what = f'the text "{name}"'
    entries = node.record(required=languages, optional=("private",))
    wording = {lang: _with_keys(entries[lang].string(), keys) for lang in languages if lang in entries}
    for language, template in wording.items():
        if strange := malformed(template):
            entries[language].complain(f"{strange} is no placeholder: write {{field}} or {{key:1}}")
    spoken = {place.name for template in wording.values() for place in placeholders(template)}
    secret = sorted(name for name in spoken if name in fields and fields[name].private)
    declared = "private" in entries and entries["private"].yes_no()
    if secret and "private" in entries and not declared:
        entries["private"].complain(f"the text speaks the private field {secret[0]}, so it is private")
    return ScriptText(name, wording, declared or bool(secret), node.line)


def _with_keys(template: str, keys: Mapping[str, str]) -> str:
    """{key:opt_out} and {key:human} as the keys of this script."""
    for name, key in keys.items():
        template = template.replace(f"{{key:{name}}}", f"{{key:{key}}}")
    return template


def _steps(node: Node, fields: Mapping[str, Field]) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    for name, entry in node.entries().items():
        Node(node.book, name, entry.line, "the step").name()
        entry.what = f'the step "{name}"'
        step = read_step(name, entry)
        if isinstance(step, VerifyStep) and step.field in fields:
            fitted = fit(step, fields[step.field].type)
            if fitted is None:
                entry.complain(f"{step.field} cannot be keyed in: verify needs a year or digits")
            step = fitted
        if step:
            steps[name] = step
    return steps


__all__ = ["LIBRARY", "ScriptError", "find_scripts", "load_script"]
