"""Errors of the lines.

DialerError
├── LinesNotStarted   no line process came up: ports taken, library missing
└── WireError         a line on the socketpair that is no message
"""


class DialerError(Exception):
    """Anything the lines can fail with; the message is one plain sentence with what to do."""


class LinesNotStarted(DialerError):
    """No line process came up."""


class WireError(DialerError):
    """A line on the socketpair that is no message."""
