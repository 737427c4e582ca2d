"""One line process alone, without a pool: started by hand, spoken to over its socketpair."""

import contextlib
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from dialer.messages import Configure, Ready, Stop
from dialer.settings import Trunk
from dialer.wire import Channel, Message

START = (
    "import mmap, socket, sys; from dialer.worker import serve;"
    " serve(socket.socket(fileno=int(sys.argv[1])), mmap.mmap(-1, 1))"
)
RTP_PORTS = range(26400, 28300, 64)


class OneLine:
    """Collects what a line process says; every wait is bounded."""

    def __init__(self, channel: Channel, sip_port: int, process: "subprocess.Popen[bytes]") -> None:
        self.channel, self.sip_port, self.pid = channel, sip_port, process.pid
        self._process = process
        self.said: list[Message] = []

    def tell(self, message: Message) -> None:
        self.channel.tell(message)

    def listen(self, seconds: float) -> None:
        """Take what comes, waiting at most so long for the first of it."""
        select.select([self.channel], [], [], seconds)
        self.said += self.channel.read()

    def until(self, condition: Callable[[], bool], seconds: float = 8.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not in {seconds} s; so far {self.said}"
            assert not self.channel.closed, f"the line process is gone; it said {self.said}"
            self.listen(0.05)

    def ends(self, seconds: float = 8.0) -> int:
        """Its exit status, once it has ended by itself."""
        return self._process.wait(seconds)

    def heard(self, message: Message, seconds: float = 8.0) -> None:
        self.until(lambda: message in self.said, seconds)


@contextlib.contextmanager
def one_line(*trunks: Trunk, registrar: bool = False) -> Iterator[OneLine]:
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(theirs.fileno())], pass_fds=[theirs.fileno()]
    )
    theirs.close()
    sip_port = free_port()
    line = OneLine(Channel(ours), sip_port, process)
    first = RTP_PORTS[sip_port % len(RTP_PORTS)]
    try:
        line.tell(Configure(sip_port, first, first + 63, trunks, registrar))
        line.until(lambda: any(isinstance(said, Ready) for said in line.said), 15)
        yield line
        line.tell(Stop())
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()
        line.channel.close()


def free_port() -> int:
    """A port that is free for UDP and TCP now."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        return port
