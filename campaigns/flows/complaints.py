"""What is wrong with a campaign file, and where; the error that carries it.

ScriptError
    raised by `load_script`; holds every complaint that was found, in the order of the lines
"""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Complaint:
    """One fault of a campaign file; lines count from 1, and 0 means the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" if self.line else f"{self.file}: {self.sentence}"


class ScriptError(Exception):
    """A campaign file cannot be used; correct the lines it names and check it again."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints
