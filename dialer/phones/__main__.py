"""Entry of one phone process: its task comes on standard input, whose end is the order to stop."""

import gc
import sys

from dialer.phones.process import PhoneProcess
from dialer.phones.task import READY, decode_task
from dialer.pjsip.library import pj


def main() -> int:
    """Answer calls until standard input ends; says "ready", or one sentence why it cannot."""
    task = decode_task(sys.stdin.readline())
    try:
        process = PhoneProcess(task)
    except pj.Error as error:
        print(f"The simulated phones cannot use SIP port {task.sip_port}: {error.reason}.", flush=True)
        return 1
    gc.disable()  # the library's objects die explicitly; see dialer.pjsip.lifetime
    process.run(sys.stdin.fileno(), lambda: print(READY, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
