"""The tokens of one connection on disk: one file, for its owner only, replaced atomically, locked across processes.

QuickBooks hands out a new refresh token about once a day and the old one dies; two processes that refresh at once lose
the connection for good. So whoever refreshes holds the lock, reads the file again first, and saves before using.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.errors import ConfigurationError

_LOCK_POLL_S = 0.05
_LOCK_WAIT_S = 120.0  # longer than a refresh can take, retries included


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave us, and for which account.

    `realm` is the QuickBooks company (or the HubSpot portal, where known), `environment` production or sandbox.
    Expiries are None where the system does not tell; a key that a person made has none, and no refresh token either.
    `hard_expires_at` is the day after which only a person can connect again. `seed` is the digest of the login from the
    settings that this chain of tokens began with, or that stood there when a person connected.
    """

    access_token: SecretStr
    refresh_token: SecretStr
    realm: str
    environment: str
    obtained_at: datetime
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None = None
    hard_expires_at: datetime | None = None
    seed: str = ""

    @classmethod
    def from_answer(
        cls,
        answer: dict[str, Any],
        now: datetime,
        *,
        realm: str,
        environment: str,
        seed: str,
        sent: str = "",
        before: Tokens | None = None,
    ) -> Tokens:
        """Tokens from a token endpoint's answer to the refresh token `sent`, which stays if no other one came back.

        Fields by Intuit's and HubSpot's OAuth references: `expires_in`, `x_refresh_token_expires_in` and
        `x_refresh_token_hard_expires_in`, all in seconds.
        """
        return cls(
            access_token=SecretStr(str(answer["access_token"])),
            refresh_token=SecretStr(str(answer.get("refresh_token") or sent)),
            obtained_at=now,
            access_expires_at=now + timedelta(seconds=int(answer.get("expires_in") or 1800)),
            refresh_expires_at=_after(now, answer.get("x_refresh_token_expires_in")),
            hard_expires_at=_after(now, answer.get("x_refresh_token_hard_expires_in"))
            or (before.hard_expires_at if before else None),
            realm=realm,
            environment=environment,
            seed=seed,
        )

    @classmethod
    def of_key(cls, key: SecretStr, now: datetime, *, account: str, environment: str, seed: str) -> Tokens:
        """A key that a person made and that lasts until a person ends it."""
        return cls(key, SecretStr(""), account, environment, now, access_expires_at=None, seed=seed)

    def fresh(self, now: datetime, early: timedelta) -> bool:
        """Whether the access token is good for a while yet; one that was given for a short time is renewed less early."""
        if self.access_expires_at is None:
            return True
        lifetime = self.access_expires_at - self.obtained_at
        return self.access_expires_at - now > min(early, lifetime / 4)

    def as_json(self) -> bytes:
        """The file's content."""
        fields = asdict(self)
        return json.dumps(fields, indent=1, default=_plain).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Tokens:
        """The tokens in a file's content. Raises ValueError, KeyError or TypeError if it is not ours."""
        fields = json.loads(content)
        for name in ("obtained_at", "access_expires_at", "refresh_expires_at", "hard_expires_at"):
            fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
        for name in ("access_token", "refresh_token"):
            fields[name] = SecretStr(fields[name])
        return cls(**fields)


def seed_of(refresh_token: str) -> str:
    """A digest by which a refresh token from the settings is recognised without storing it a second time."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()[:32] if refresh_token else ""


class TokenStore:
    """The token file of one connection."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Tokens | None:
        """The tokens in the file, None if there is no file. Raises ConfigurationError if it cannot be read as such."""
        try:
            return Tokens.from_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, OSError) as exc:
            raise ConfigurationError(
                f"The token file {self.path} cannot be read ({type(exc).__name__}). Move it away and connect again."
            ) from None

    def save(self, tokens: Tokens) -> None:
        """Replace the file in one step and make sure that it is on the disk. Raises ConfigurationError if it cannot."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # mkstemp makes the file readable by its owner only, before anything is in it.
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(tokens.as_json())
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync_folder(self.path.parent)
        except OSError as exc:
            raise ConfigurationError(
                f"The token file {self.path} cannot be written ({exc.strerror}). Free space or fix the rights; "
                "the new login is not used until it is saved."
            ) from None

    @asynccontextmanager
    async def lock(self, clock: Clock) -> AsyncIterator[None]:
        """Hold the file against every other process. Raises ConfigurationError after two minutes of waiting."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            deadline = clock.monotonic() + _LOCK_WAIT_S
            while not _try_lock(handle):
                if clock.monotonic() > deadline:
                    raise ConfigurationError(f"Another process has held {self.path} for two minutes; end it and retry.")
                await clock.sleep(_LOCK_POLL_S)
            yield
        finally:
            os.close(handle)  # frees the lock, as does the death of the process


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _after(now: datetime, seconds: Any) -> datetime | None:
    return now + timedelta(seconds=int(seconds)) if seconds else None


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
