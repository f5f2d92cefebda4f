"""Logins in the operating system's keyring; the library's own backend interface, kept in memory, stands for the system's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from pydantic import SecretStr

from hsqbo_pipeline.clients.tokens import Tokens, TokenStore
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.runs import logins
from hsqbo_pipeline.settings import Settings


class _Memory(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked("locked")
        self.held[service, username] = password


@pytest.fixture
def ring() -> Iterator[_Memory]:
    before, made = keyring.get_keyring(), _Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def _tokens(access: str) -> Tokens:
    return Tokens.of_key(SecretStr(access), datetime.now(UTC), account="1", environment="sandbox", seed="")


def _settings(data: Path) -> Settings:
    return Settings(data=data, tokens_in="keyring", _env_file=None)  # type: ignore[call-arg]


@pytest.mark.rule("A32")
def test_a_login_moves_from_the_file_into_the_keyring(tmp_path: Path, ring: _Memory) -> None:
    """What stood in the file is used until its successor is in the keyring; then no secret is left on the disk."""
    file = TokenStore(tmp_path / "tokens" / "quickbooks.json")
    file.save(_tokens("from-the-file"))
    kept = logins.store(_settings(tmp_path), System.QUICKBOOKS)
    found = kept.load()
    assert found is not None
    assert found.access_token.get_secret_value() == "from-the-file"
    kept.save(_tokens("from-the-keyring"))
    assert not file.path.exists()
    again = logins.store(_settings(tmp_path), System.QUICKBOOKS).load()
    assert again is not None
    assert again.access_token.get_secret_value() == "from-the-keyring"
    assert logins.store(_settings(tmp_path), System.HUBSPOT).load() is None
    assert logins.store(_settings(tmp_path / "another"), System.QUICKBOOKS).load() is None


@pytest.mark.rule("A32", "CFG_INVALID")
def test_a_keyring_that_cannot_be_used_is_a_matter_of_configuration(tmp_path: Path, ring: _Memory) -> None:
    """Locked, filled with something else, or not there at all: told with the way out, and never with a login's value."""
    kept = logins.store(_settings(tmp_path), System.QUICKBOOKS)
    ring.locked = True
    with pytest.raises(ConfigurationError, match="HSQBO_TOKENS_IN=file"):
        kept.save(_tokens("secret-value"))
    ring.locked = False
    kept.save(_tokens("secret-value"))
    ring.held = dict.fromkeys(ring.held, "{secret-value")
    with pytest.raises(ConfigurationError, match="connect again") as told:
        kept.load()
    assert "secret-value" not in str(told.value)
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with pytest.raises(ConfigurationError, match="no keyring"):
        logins.store(_settings(tmp_path), System.QUICKBOOKS)
