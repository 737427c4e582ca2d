"""YAML 1.2 as a document whose nodes know their lines; what is none becomes a sentence for people."""

import re

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode
from ruamel.yaml.reader import ReaderError

_WRONG_VERSION = re.compile(r"^%YAML(?!\s+1\.2\s*$)", re.MULTILINE)
_IN_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r'found duplicate key "(.*?)" with', '"{}" stands here for the second time: leave one of the two'),
        (r"found character '\\t'", "a tab stands here: indent with spaces"),
        (r"found character '(.)'", "a text that begins with {} needs quotation marks"),
        (r"found undefined alias", "a text that begins with * needs quotation marks"),
        (r"unknown escape character", "a text with a backslash needs single quotation marks"),
        (
            r"mapping values are not allowed",
            "a colon too many: put a text with a colon in quotation marks, "
            "or indent the line as far as those around it",
        ),
        (r"found unexpected end of stream", "a quotation mark is opened above and never closed"),
        (r"expected ',' or", "a comma is missing or a bracket is not closed, here or above"),
        (
            r"expected <block end>",
            "indent the line as far as those around it; nothing may follow a closed quotation or bracket",
        ),
        (r"expected the node content", "a value is missing, or a bracket is not closed or one too many"),
        (r"could not find expected ':'", "a name needs a colon and a space after it, here or above"),
        (
            r"found another document",
            "a line of --- ends the document: remove it and what does not belong here",
        ),
    )
)


class NoYaml(Exception):
    """A text that is no YAML 1.2: one plain sentence, and the line (from 1; 0 when it is not known)."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


class _Words(RoundTripConstructor):
    """Days stay texts, so that an impossible one is read, and refused, where a day is asked for."""

    def construct_object(self, node: Node, deep: bool = False) -> object:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError) as error:
            raise ConstructorError(None, None, "a number that is none", node.start_mark) from error

    def construct_day(self, node: ScalarNode) -> str:
        return str(node.value)


_Words.add_constructor("tag:yaml.org,2002:timestamp", _Words.construct_day)


def load_yaml(text: str) -> object:
    """The document of a text; days such as 2025-09-01 stay texts. Raises NoYaml."""
    if wrong := _WRONG_VERSION.search(text):
        line = text.count("\n", 0, wrong.start()) + 1
        raise NoYaml(line, "the file must be YAML 1.2: remove the %YAML line or write %YAML 1.2")
    yaml = YAML(typ="rt")
    yaml.Constructor = _Words
    yaml.composer.warn_double_anchors = False  # YAML 1.2 allows it: an alias means the anchor last above it
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NoYaml(mark.line + 1 if mark else 0, f"this is no YAML: {_plain(error.problem)}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sentence = f"this line has a character that no text has, U+{error.character:04X}: delete it"
        raise NoYaml(line, sentence) from None
    except RecursionError:
        raise NoYaml(0, "this is no YAML: too many brackets are open at once") from None
    except (YAMLError, AttributeError, TypeError):  # the library's own, for tags (!!omap) of the wrong kind
        raise NoYaml(0, "this is no YAML: write values without a tag, which begins with !!") from None


def _plain(problem: str | None) -> str:
    """The library's finding in words for who writes campaigns; its own where there are none."""
    line = " ".join((problem or "it cannot be read").split("\n")[0].split())
    for pattern, words in _IN_WORDS:
        if found := pattern.search(line):
            return words.format(*found.groups())
    return line
