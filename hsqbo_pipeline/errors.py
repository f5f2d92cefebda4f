"""What can go wrong, cut by what the caller does about it.

    HsqboError
    ├── ConfigurationError      a person corrects a file, a setting or a right, then starts again
    ├── AuthenticationError     a person connects again; everything that needs this login is BLOCKED
    ├── RetryError              nobody does anything: it is tried again, later in this run or in the next
    │   ├── RateLimitError          turned away at the door; nothing was carried out
    │   ├── RemoteError             no answer, or a broken one, to something that surely took no effect
    │   └── UncertainError          no answer to a write that may have taken effect: look before sending again
    ├── RecordError             this one record was refused; the others go on
    └── PipelineError           our own house: lock held, state lost, disk full, another run

Every error carries `code`, a name in the table of `model.codes`, and `request_id`, the name under which the other
system logged the request (HubSpot's correlationId, QuickBooks' intuit_tid). All of them survive pickling: `args` is the
message alone and the rest travels in `__dict__`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

_SECRETS = re.compile(
    r"(?i)(?P<bearer>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<named>\b(?:access_token|refresh_token|client_secret|token|authorization|password|secret)[\"']?\s*[=:]\s*[\"']?)"
    r"(?!bearer|basic)[^\s\"',;&)]{6,}"
    r"|\bpat-[\w-]{6,}"
)


class ExitCode(IntEnum):
    """What the command line answers with."""

    DONE = 0
    RED = 1
    CONFIGURATION = 2
    WAITING = 3
    BUSY = 4
    LOGIN = 5


def without_secrets(text: str) -> str:
    """The text with anything that looks like a token replaced. A last net: whoever raises leaves secrets out."""
    return _SECRETS.sub(lambda found: f"{found['bearer'] or found['named'] or ''}***", text)


class HsqboError(Exception):
    """Anything this product raises on purpose. `str()` says what happened and what to do, and is fit to be shown."""

    default_code = "SYS_UNMAPPED_ERROR"
    exit_code = ExitCode.RED

    def __init__(self, message: str, *, code: str | None = None, request_id: str | None = None) -> None:
        super().__init__(without_secrets(message))
        self.code = code or self.default_code
        self.request_id = request_id

    @property
    def message(self) -> str:
        """The sentence alone, without the request's name."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.message} [request {self.request_id}]" if self.request_id else self.message


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file or a setting: where it stands, what is wrong, what stands there. `line` counts from 1."""

    message: str
    file: str | None = None
    line: int | None = None
    field: str | None = None
    value: str | None = None
    code: str = "CFG_INVALID"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        said = f" (it says {self.value})" if self.value is not None else ""
        return ": ".join(part for part in (place, self.field, f"{self.message}{said}") if part)


class ConfigurationError(HsqboError):
    """A file, a setting or a right is wrong. `problems` lists every mistake; `file` … `value` are the first one's."""

    default_code = "CFG_INVALID"
    exit_code = ExitCode.CONFIGURATION

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        value: str | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.problems = tuple(problems) or (Problem(self.message, file, line, field, value, self.code),)
        first = self.problems[0]
        self.file, self.line, self.field, self.value = first.file, first.line, first.field, first.value

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> ConfigurationError:
        """One error for all mistakes, one line each. Raises ValueError if there are none."""
        problems = tuple(problems)
        if not problems:
            raise ValueError("no problem, no error")
        return cls("\n".join(str(problem) for problem in problems), code=problems[0].code, problems=problems)


class AuthenticationError(HsqboError):
    """A login is missing, expired, too narrow or for another account. `system` is 'hubspot' or 'quickbooks'."""

    default_code = "AUTH_QBO_EXPIRED"
    exit_code = ExitCode.LOGIN

    def __init__(
        self, message: str, *, code: str | None = None, request_id: str | None = None, system: str | None = None
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.system = system


class RetryError(HsqboError):
    """Time heals it. `system` is the one that did not answer as it should."""

    default_code = "SYS_REMOTE_ERROR"

    def __init__(
        self, message: str, *, code: str | None = None, request_id: str | None = None, system: str | None = None
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.system = system


class RateLimitError(RetryError):
    """A limit was reached and nothing was carried out.

    `policy` is the system's own name of the limit (HubSpot: `daily` …); `retry_after` is in seconds.
    """

    default_code = "RATE_QBO"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        system: str | None = None,
        policy: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id, system=system)
        self.policy = policy
        self.retry_after = retry_after


class RemoteError(RetryError):
    """The other system failed, or could not be reached, before anything took effect."""


class UncertainError(RetryError):
    """A write was sent and its answer lost: it may have taken effect. `since` is when it was sent."""

    default_code = "SYS_OUTCOME_UNCERTAIN"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        system: str | None = None,
        since: datetime | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id, system=system)
        self.since = since


class RecordError(HsqboError):
    """One record was refused and nothing of it was written.

    `object` is the system's own word (`contacts`, `Invoice`), `category` its own word for the reason (HubSpot's
    category, QuickBooks' fault code), `detail` its message without personal data: the caller scrubs it.
    """

    default_code = "SYS_UNMAPPED_ERROR"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        system: str | None = None,
        object: str | None = None,  # noqa: A002 - the field's own name
        status: int | None = None,
        category: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.system = system
        self.object = object
        self.status = status
        self.category = category
        self.detail = without_secrets(detail) if detail else None


class PipelineError(HsqboError):
    """Our own house is not in order: the run cannot start or go on. `holder` names the run that is in the way."""

    default_code = "SYS_STATE_UNUSABLE"

    def __init__(
        self, message: str, *, code: str | None = None, request_id: str | None = None, holder: str | None = None
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.holder = holder
        self.exit_code = ExitCode.BUSY if self.code == "OPS_OTHER_RUN" else ExitCode.RED
