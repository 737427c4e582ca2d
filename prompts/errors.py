"""Errors of the studio; a message is one plain sentence and never holds a value or a text that holds one.

PromptError
├── TextError         the text or its values cannot be spoken as they are: mend the campaign or the contact
│   ├── UnknownLanguage   no spoken/ file for it
│   ├── BadTemplate       unbalanced braces, unknown placeholder or kind, a letter that no voice can say
│   └── BadValue          a value that is missing or not of its kind
├── EngineError       one voice engine failed: the next in the chain is asked
├── NoVoice           every engine of the language failed
├── AudioError        a clip without speech, or audio that cannot be read
└── CacheError        finished audio cannot be written or read: disk, rights, owner's name
"""


class PromptError(Exception):
    """Anything the studio can fail with."""


class TextError(PromptError):
    """The text or its values cannot be spoken as they are."""


class UnknownLanguage(TextError):
    """There are no spoken forms for this language."""


class BadTemplate(TextError):
    """The text itself is wrong: mend the campaign."""


class BadValue(TextError):
    """A value is missing or not of its kind: mend the contact."""


class EngineError(PromptError):
    """One voice engine failed; the next in the chain is asked."""


class NoVoice(PromptError):
    """Every engine of the language failed."""


class AudioError(PromptError):
    """A clip without speech, or audio that cannot be read."""


class CacheError(PromptError):
    """Finished audio cannot be written or read."""
