"""Sends events to other systems over HTTP: signed, only where it may, for no longer than it may take."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from campaigns.courier.answers import failure, meaning
from campaigns.courier.guard import Refused, Resolve, look_up, permitted
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.courier.signature import signed

MOST_ANSWER_BYTES = 64 * 1024  # read of a body that counts for nothing, so that the connection can be kept
ANSWER_BODY_SECONDS = 1.0  # the same in time; what goes on longer is hung up on
LEAST_CONNECT_SECONDS = 0.5  # for one of several addresses
MOST_IDLE_CONNECTIONS = 10  # kept open to one receiver
STOP_SECONDS = 2.0  # within which tries that are under way are given up
UNANSWERED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, TimeoutError)
UNCONNECTED = (httpx.ConnectError, httpx.ConnectTimeout)


@dataclass(frozen=True)
class Webhook:
    """A receiver; secrets sign, the one in use first. networks: private ones in which it may be."""

    name: str
    url: httpx.URL
    secrets: Sequence[bytes] = field(repr=False)
    networks: Sequence[str] = ()
    timeout_seconds: float = 10.0


class WebhookSender:
    """All webhooks of a home; `send` may be called by several threads at once.

    The tries run on one event loop in a thread of its own, as only there a try as a whole can be held to its
    time: a receiver that answers a byte now and then would otherwise be waited for as long as it likes.
    """

    def __init__(
        self, webhooks: Sequence[Webhook], resolve: Resolve = look_up, trusted: ssl.SSLContext | None = None
    ) -> None:
        """trusted: the certificates that count; without it, those of this machine."""
        context = trusted or ssl.create_default_context()
        self._webhooks = {each.name: each for each in webhooks}
        self._clients = {each.name: _client(context) for each in webhooks}
        self._resolve = resolve
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
        self._thread.start()

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        """Take it there within so many seconds, sooner if the settings say so; whatever happens is told."""
        webhook = self._webhooks[receiver]
        seconds = min(timeout, webhook.timeout_seconds)
        until, url = time.monotonic() + seconds, webhook.url
        host = url.raw_host.decode("ascii")
        try:
            found = self._resolve(host, seconds)
            encrypted = url.scheme == "https"
            usable = permitted(receiver, url.host, found, webhook.networks, encrypted=encrypted)
            left = max(0.0, until - time.monotonic())
            return self._run(self._try_each(webhook, usable, payload(event), event.key, left), left)
        except Refused as refused:
            return Fault(str(refused))
        except UNANSWERED as error:
            return failure(receiver, url.host, error, seconds)
        except (CancelledError, RuntimeError):  # the loop is stopped, or stops
            return Fault(f'Webhook "{receiver}" was not waited for: this program ends.')

    def close(self) -> None:
        """Give up what is under way, within `STOP_SECONDS`."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(STOP_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Sent | Fault], seconds: float) -> Sent | Fault:
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            raise
        return future.result(seconds + STOP_SECONDS)

    async def _try_each(
        self, webhook: Webhook, addresses: Sequence[str], body: bytes, key: str, seconds: float
    ) -> Sent | Fault:
        """One address after another until one can be connected to; all together within `seconds`."""
        async with asyncio.timeout(seconds) as limit:
            connect_seconds = max(seconds / len(addresses), LEAST_CONNECT_SECONDS)
            for address in addresses[:-1]:
                try:
                    return await self._post(webhook, address, body, key, connect_seconds, limit)
                except UNCONNECTED:
                    continue
            return await self._post(webhook, addresses[-1], body, key, None, limit)

    async def _post(
        self,
        webhook: Webhook,
        address: str,
        body: bytes,
        key: str,
        connect_seconds: float | None,
        limit: asyncio.Timeout,
    ) -> Sent | Fault:
        """The address is the checked one; the header and the certificate must name the host all the same."""
        now = datetime.now(UTC)
        headers = {
            "host": webhook.url.netloc.decode("ascii"),
            "content-type": "application/json",
            **signed(webhook.secrets, key, int(now.timestamp()), body),
        }
        async with self._clients[webhook.name].stream(
            "POST",
            webhook.url.copy_with(host=address),
            content=body,
            headers=headers,
            timeout=httpx.Timeout(None, connect=connect_seconds),
            extensions={"sni_hostname": webhook.url.raw_host.decode("ascii")},
        ) as response:
            limit.reschedule(None)  # it has answered; what it says on top of that is held to its own time
            said = meaning(webhook.name, response.status_code, response.headers, now)
            await _drained(response)
            return said

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for client in self._clients.values():
            await client.aclose()
        self._loop.stop()


def payload(event: OutgoingEvent) -> bytes:
    """The body, which is the same at every repetition: type, time and data, as Standard Webhooks has them."""
    whole: Mapping[str, Any] = {
        "type": event.kind,
        "timestamp": event.at.isoformat(),
        "data": dict(event.body),
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _client(context: ssl.SSLContext) -> httpx.AsyncClient:
    """One for each receiver: two names at one address must not share a connection that proved one of them.

    It follows no redirect, heeds no proxy of the environment, unpacks nothing and keeps no cookie.
    """
    return httpx.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=MOST_IDLE_CONNECTIONS),
        headers={"user-agent": "health-dialer", "accept-encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


async def _drained(response: httpx.Response) -> None:
    """Read the body's end, if it is near; what comes after the head of an answer changes nothing any more."""
    size = 0
    try:
        async with asyncio.timeout(ANSWER_BODY_SECONDS):
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > MOST_ANSWER_BYTES:
                    return
    except (httpx.HTTPError, OSError, TimeoutError):
        return
