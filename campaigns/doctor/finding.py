"""What the doctor says of one thing."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["right", "doubtful", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`sentence` says in plain words how it is, and of what is wrong what to do."""

    what: str
    verdict: Verdict
    sentence: str
