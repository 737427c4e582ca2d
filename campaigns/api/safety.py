"""Headers by which browsers keep what we answer to themselves."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"
PAGES: Final = (
    "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; worker-src blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""For the pages of the description, which hold no value of anybody."""
PAGE_PATHS: Final = ("/docs", "/redoc", "/static-offline-docs")
A_YEAR_SECONDS: Final = 31_536_000
ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SafetyHeaders:
    """Adds to every answer what it does not say itself; nothing is kept by a browser or a proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page = scope["path"].startswith(PAGE_PATHS)
        said = {**ALWAYS, "Content-Security-Policy": PAGES if page else NOTHING, "Cache-Control": "no-store"}
        if scope["scheme"] == "https":
            said["Strict-Transport-Security"] = f"max-age={A_YEAR_SECONDS}"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in said.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
