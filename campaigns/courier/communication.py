"""Tells a FHIR server what came of a call: a Communication about the report that it gave."""

import asyncio
import json
import ssl
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import httpx

from campaigns.courier.guard import Resolve, look_up
from campaigns.courier.outward import Outward, Reply, Server, Unanswered, fault_of
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.words import EventKind

RECEIVER: Final = "fhir:"  # and the server's name
TOLD: Final[EventKind] = "contact.closed"  # what a server is told of
TYPE: Final = "application/fhir+json"
_URN: Final = "urn:ietf:rfc:3986"
_TAKEN: Final = 412  # a conditional create that several fulfil: it was written before
_MODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"

Origin = Callable[[str, str], tuple[str, str] | None]
"""Campaign and external_id -> whose report it is as a sender of messages, and which version of which one."""


@dataclass(frozen=True)
class Abilities:
    """What a server says of itself: its release, and whether PUT makes a Communication that is not there."""

    release: Literal["R4", "STU3"] = "R4"
    puts: bool = False


class CommunicationSender:
    """All servers that are told; `send` may be called by several threads at once."""

    def __init__(
        self,
        servers: Mapping[str, Server],
        campaigns: Mapping[str, str],
        origin: Origin,
        resolve: Resolve = look_up,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """servers, campaigns: by receiver, whose contacts its reports become. trusted: see `Outward`."""
        self._servers, self._campaigns, self._origin = servers, campaigns, origin
        self._resolve, self._trusted = resolve, trusted or ssl.create_default_context()
        self._abilities: dict[str, Abilities] = {}

    @property
    def receivers(self) -> Sequence[str]:
        """All that are told."""
        return tuple(self._servers)

    def wanted_by(self, event: OutgoingEvent) -> Sequence[str]:
        """The server from which a closed contact came, if it is one of ours."""
        campaign = str(event.body.get("campaign", ""))
        if event.kind != TOLD or campaign not in self._campaigns.values():
            return ()
        found = self._origin(campaign, str(event.body.get("contact", "")))
        return (found[0],) if found is not None and self._campaigns.get(found[0]) == campaign else ()

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        """Write the Communication there; twice is once, for it is known by the key of the event."""
        return asyncio.run(self._send(receiver, event, timeout))

    async def _send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        outward = Outward(self._servers[receiver], self._resolve, self._trusted)
        try:
            async with asyncio.timeout(timeout):
                return await self._write(outward, receiver, event)
        except Unanswered as error:
            return error.fault
        except TimeoutError:
            return Fault(f'FHIR server "{outward.server.name}" did not answer within {timeout:.3g} seconds.')
        finally:
            with suppress(httpx.HTTPError, OSError):
                await outward.close()

    async def _write(self, outward: Outward, receiver: str, event: OutgoingEvent) -> Sent | Fault:
        abilities = await self._known(outward, receiver)
        found = self._origin(str(event.body.get("campaign", "")), str(event.body.get("contact", "")))
        body = communication(event, "" if found is None else found[1], abilities.release)
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"content-type": TYPE, "accept": TYPE, "prefer": "return=minimal"}
        url = f"{outward.server.url}/Communication"
        if abilities.puts:
            reply = await outward.ask("PUT", httpx.URL(f"{url}/{body['id']}"), headers, content)
        else:
            condition = f"identifier={_URN}|{_urn(event)}"
            headers["if-none-exist"] = condition
            reply = await outward.ask("POST", httpx.URL(url), headers, content)
        if reply.status == _TAKEN:
            return Sent()
        return fault_of(outward.server, reply, datetime.now(UTC)) or Sent()

    async def _known(self, outward: Outward, receiver: str) -> Abilities:
        """What the server can do, asked once; the usual while it does not say."""
        if receiver not in self._abilities:
            url = httpx.URL(f"{outward.server.url}/metadata")
            reply = await outward.ask("GET", url, {"accept": TYPE})
            if reply.status != 200:
                return Abilities()
            self._abilities[receiver] = abilities_of(reply)
        return self._abilities[receiver]


def abilities_of(reply: Reply) -> Abilities:
    """What a CapabilityStatement says; what it does not say is as usual."""
    try:
        statement = json.loads(reply.body)
        version = str(statement.get("fhirVersion", ""))
        resources = [each for rest in statement.get("rest", ()) for each in rest.get("resource", ())]
        puts = any(
            each.get("type") == "Communication" and each.get("updateCreate") is True for each in resources
        )
    except (ValueError, AttributeError, TypeError):
        return Abilities()
    return Abilities("STU3" if version.startswith("3.") else "R4", puts)


def communication(event: OutgoingEvent, report: str, release: Literal["R4", "STU3"]) -> dict[str, Any]:
    """The resource. report: such as "DiagnosticReport/1/_history/2"; else its order number is named.

    It says when, whether the patient was told, and how the calls ended; no name, no number, no result.
    """
    told_at, outcome = event.body.get("delivered_at"), str(event.body.get("outcome") or "not reached")
    about = (
        {"reference": report.partition("/_history/")[0]}
        if report.startswith("DiagnosticReport/")
        else {"identifier": {"value": str(event.body.get("contact", ""))}}
    )
    reason = {"text": outcome.replace("_", " ")}
    body: dict[str, Any] = {
        "resourceType": "Communication",
        "id": _number(event),
        "identifier": [{"system": _URN, "value": _urn(event)}],
        "medium": [{"coding": [{"system": _MODE, "code": "PHONE"}]}],
        "payload": [{"contentString": f"Telephone call: {reason['text']}."}],
    }
    if told_at:
        body["sent"] = str(told_at)
    if release == "STU3":
        done = {"status": "completed"} if told_at else {"status": "aborted", "notDone": True}
        return body | done | {"topic": [about]} | ({} if told_at else {"notDoneReason": reason})
    done = {"status": "completed"} if told_at else {"status": "not-done"}
    return body | done | {"about": [about]} | ({} if told_at else {"statusReason": reason})


def _number(event: OutgoingEvent) -> str:
    """The same at every repetition of an event."""
    try:
        return str(uuid.UUID(event.key))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, event.key))


def _urn(event: OutgoingEvent) -> str:
    return f"urn:uuid:{_number(event)}"
