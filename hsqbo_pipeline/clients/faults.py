"""A refusal by either system, sorted into our reason codes, and the exception that tells the caller what to do."""

from __future__ import annotations

from dataclasses import dataclass

from hsqbo_pipeline.errors import (
    AuthenticationError,
    HsqboError,
    RateLimitError,
    RecordError,
    RemoteError,
    UncertainError,
)

UNMAPPED = "SYS_UNMAPPED_ERROR"
UNCERTAIN = "SYS_OUTCOME_UNCERTAIN"
REMOTE = "SYS_REMOTE_ERROR"
TRUNCATED = "SYS_EXTRACT_TRUNCATED"
_NAMES = {"hubspot": "HubSpot", "quickbooks": "QuickBooks"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One refusal. `code` is our reason code; `remote_code` and `field` are the system's own words for why and where.

    `message` is fit to be shown (scrubbed, e-mail addresses masked). `wait_s` is set when the request was turned away
    before it was carried out and may simply be sent again after that many seconds. `system` is 'hubspot' or
    'quickbooks', `subject` its own word for the object.
    """

    code: str
    status: int
    remote_code: str = ""
    message: str = ""
    field: str | None = None
    request_id: str | None = None
    wait_s: float | None = None
    system: str = ""
    subject: str = ""

    def sentence(self) -> str:
        """What the system said, in one line."""
        parts = [f"HTTP {self.status}" if self.status else "", self.remote_code, self.field or ""]
        told = ", ".join(part for part in parts if part)
        said = self.message or "refused without a message"
        return f"{_NAMES.get(self.system, self.system)}: {said}{f' ({told})' if told else ''}"


def error_of(fault: Fault) -> HsqboError:
    """The exception for a fault: its class says what the caller does about it, its code says why."""
    said, code, request_id, system = fault.sentence(), fault.code, fault.request_id, fault.system
    if code.startswith("AUTH_"):
        return AuthenticationError(said, code=code, request_id=request_id, system=system)
    if code.startswith("RATE_"):
        return RateLimitError(
            said,
            code=code,
            request_id=request_id,
            system=system,
            policy=fault.remote_code or None,
            retry_after=fault.wait_s,
        )
    if code in {REMOTE, TRUNCATED}:
        return RemoteError(said, code=code, request_id=request_id, system=system)
    if code == UNCERTAIN:
        return UncertainError(said, code=code, request_id=request_id, system=system)
    return RecordError(
        said,
        code=code,
        request_id=request_id,
        system=system,
        object=fault.subject or None,
        status=fault.status or None,
        category=fault.remote_code or None,
        detail=fault.message or None,
    )
