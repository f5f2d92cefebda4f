"""Keeps secrets and personal data out of every text that leaves the clients: errors, logs, reports.

Two layers: the values known to be secret right now, and patterns of what a token looks like. QuickBooks puts the access
token into the `detail` of its own 401 answer, so a remote text is never trusted to be harmless.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

_HIDDEN = "[hidden]"
_PATTERNS = (
    re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"\bpat-[a-z]{2,3}\d?-[A-Za-z0-9-]{6,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}"),
    re.compile(
        r"(?i)\b(?:access_?token|refresh_?token|client_?secret|authorization|token expired)\b"
        r"[\"']?\s*[:=]\s*[\"']?[^\s\"',;&}]{4,}"
    ),
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SHORT = 300


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given secrets and without anything that looks like a token."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text


def short_message(text: object, secrets: Iterable[str] = ()) -> str:
    """A remote message, fit to be shown: one line, scrubbed, e-mail addresses masked, at most 300 characters."""
    line = " ".join(str(text or "").split())
    line = _EMAIL.sub("[e-mail]", scrub(line, secrets))
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


class _RedactingFilter(logging.Filter):
    """Rewrites a log record before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


_FILTER = _RedactingFilter()


def redact_http_logs() -> None:
    """Make the HTTP libraries' own loggers safe at every level; at DEBUG they print whole request headers."""
    for name in ("httpx", "httpcore.http11", "httpcore.http2", "httpcore.connection", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_FILTER)
