"""One message of a laboratory in, its acknowledgement out; AA only when the result is safe."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from campaigns.clock import Clock
from campaigns.errors import CampaignsError, DatabaseError
from campaigns.flows.complaints import ScriptError
from campaigns.intake.hl7_v2.answers import answer
from campaigns.intake.hl7_v2.header import Header, open_message
from campaigns.intake.hl7_v2.message import Hl7Message, queued_by, read_hl7
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.lab.result import Fault, LabReading, LabVerdict
from campaigns.intake.rows import IntakeDefaults
from campaigns.mllp.batches import BATCH, batch_head
from campaigns.store.together import Together
from campaigns.words import LabAnswer

QUICK_BYTES = 16 * 1024  # a longer message is read in a thread: others are answered meanwhile
_HERE = "MSH-10"
AWAY = Fault(_HERE, "was not taken, as the database cannot be written now: send the message again")
FAULTY = Fault(_HERE, "was not taken, as a file of ours is being mended: send the message again")
OURS = Fault(_HERE, "was not taken, for a fault of ours: send the message again later")
TOO_LONG = Fault("MSH-1", "begins a message that is too long: send at most 1 MiB at once")


@dataclass(frozen=True)
class Receiving:
    """What takes the messages of all connections. campaign: whose contacts the results become.

    codes: the laboratories' codes as they are now. tell: one plain sentence for whoever runs the process.
    """

    together: Together
    desk: LabDesk
    campaign: str
    codes: Callable[[], LabCodes]
    defaults: IntakeDefaults
    clock: Clock
    tell: Callable[[str], None]

    async def receive(self, content: bytes) -> bytes:
        """The acknowledgement of a message; whatever happens, there is one."""
        if (batch := batch_head(content)) is not None:
            return self._answer(batch, "AR", BATCH)
        header = Header()
        try:
            message = await self._read(content)
            header = message.header
            if message.reading is None:
                return self._answer(header, "AR", *message.faults)
            verdict = await asyncio.wrap_future(self.together.submit(self._entering(message.reading)))
            return self._answer(header, verdict.answer, *verdict.faults)
        except DatabaseError:
            return self._answer(header, "AR", AWAY)
        except (CampaignsError, ScriptError) as error:
            self.tell(f"A laboratory's message was refused for now: {error}")
            return self._answer(self._header(header, content), "AR", FAULTY)
        except Exception as error:  # noqa: BLE001  of ours: the laboratory is answered, others not hindered
            self.tell(
                f"A laboratory's message was refused for a fault of this program ({type(error).__name__})."
            )
            return self._answer(self._header(header, content), "AR", OURS)

    def too_long(self, begun: bytes) -> bytes:
        """The answer to a message that never ends."""
        begun = begun[:QUICK_BYTES]
        return self._answer(batch_head(begun) or open_message(begun).header, "AR", TOO_LONG)

    async def _read(self, content: bytes) -> Hl7Message:
        read = partial(read_hl7, content, self.codes(), self.defaults, self.clock.now())
        return read() if len(content) <= QUICK_BYTES else await asyncio.to_thread(read)

    def _entering(self, reading: LabReading) -> Callable[[Session], LabVerdict]:
        sender = queued_by(reading)
        return lambda session: self.desk.receive(session, self.campaign, reading, sender, self.clock.now())

    def _answer(self, header: Header, code: LabAnswer, *faults: Fault) -> bytes:
        return answer(header, code, faults, self.clock.now())

    @staticmethod
    def _header(header: Header, content: bytes) -> Header:
        return header if header.control_id else open_message(content).header
