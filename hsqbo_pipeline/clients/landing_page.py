"""The address on this machine that a browser is sent back to after consent: one page, open until somebody has come."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from hsqbo_pipeline.errors import ConfigurationError

_BODY = b"<!doctype html><meta charset=utf-8><title>hsqbo</title><p>Thank you. Go back to the terminal; this page may be closed."


class LandingPage:
    """Listens on the port of a loopback redirect address for as long as the block lasts.

    Raises ConfigurationError for a port that is taken: before anybody has been sent there.
    """

    def __init__(self, redirect_uri: str) -> None:
        parts = urlsplit(redirect_uri)
        self._path = parts.path or "/"
        self._came: str | None = None
        try:
            self._server = HTTPServer(("127.0.0.1", parts.port or 80), self._handler())
        except OSError as exc:
            raise ConfigurationError(
                f"Port {parts.port} of this machine cannot be listened on ({exc.strerror}). Choose another one with "
                "--redirect and register that address with the app, or paste the address instead (--paste).",
                field="--redirect",
                value=redirect_uri,
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """The address somebody was sent to. Raises ConfigurationError when nobody came in that time."""
        until = time.monotonic() + seconds
        while self._came is None:
            self._server.timeout = until - time.monotonic()
            if self._server.timeout <= 0:
                raise ConfigurationError(f"Nobody came back within {seconds:.0f} seconds. Start again, or use --paste.")
            self._server.handle_request()
        return self._came

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = urlsplit(self.path)
                ours = found.path == page._path and bool(found.query)
                self.send_response(200 if ours else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                if ours:
                    page._came = self.path
                    self.wfile.write(_BODY)

            def log_message(self, *_said: Any) -> None:
                """Say nothing: the address holds the code."""

        return Handler
