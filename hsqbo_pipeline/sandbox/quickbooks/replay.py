"""`requestid`: the answer to a write is kept and given again, so that a repeated request does nothing twice."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from hsqbo_pipeline.sandbox.frame.traffic import Traffic
from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal

LONGEST = 50
Key = tuple[str, ...]


class _Kept(NamedTuple):
    at: float
    fingerprint: bytes
    status: int
    body: bytes


class Replays:
    """Answers by request id; in a batch by request id and bId together."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._kept: dict[Key, _Kept] = {}
        self.traffic: Traffic | None = None

    def find(self, key: Key, content: bytes) -> tuple[int, bytes] | None:
        """The kept answer. Other content under the same id gets it too, and is flagged in the diagnostics."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if self._books.clock.now().timestamp() - kept.at > self._books.switches.qb_requestid_retention_s:
            del self._kept[key]
            return None
        if kept.fingerprint != _fingerprint(content):
            if self.traffic is not None:
                self.traffic.note("same requestid with another body", requestid=list(key))
            if self._books.switches.qb_requestid_other_body == "execute":
                return None
        return kept.status, kept.body

    def keep(self, key: Key, content: bytes, status: int, body: bytes, *, refused: bool) -> None:
        """Remember an answer; a refusal only if the switch says so."""
        if refused and not self._books.switches.qb_requestid_replays_faults:
            return
        self._kept[key] = _Kept(self._books.clock.now().timestamp(), _fingerprint(content), status, body)


def check_request_id(request_id: str, batch_id: str = "") -> None:
    """The server joins request id and bId and allows 50 characters in all. Raises Refusal 6000."""
    if len(request_id) + len(batch_id) > LONGEST:
        detail = f"You cannot enter more than {LONGEST} characters in the request_id field"
        raise Refusal("6000", "A business validation error has occurred while processing your request", detail)


def _fingerprint(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
