"""The tokens of one connection in the operating system's keyring, for whoever wants no secret in a file.

The library `keyring` (optional: `pip install 'hsqbo-pipeline[keyring]'`) speaks to macOS' Keychain, the Secret Service of a Linux
desktop, or any backend of its own. A machine without a desktop has none as a rule: there the file is the better place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hsqbo_pipeline.clients.tokens import Tokens, TokenStore
from hsqbo_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    import keyring.backend

SERVICE = "hsqbo"
T = TypeVar("T")


class KeyringStore(TokenStore):
    """The tokens that would else be in the file at `path`, under that path's name. The lock stays a file beside it.

    A login that is still in the file is taken from there, and the file goes once its successor is in the keyring.
    """

    def __init__(self, path: Path) -> None:
        """Raises ConfigurationError where the library is missing or finds no keyring."""
        super().__init__(path)
        self._ring = _backend()
        self._name = str(path.resolve())

    def load(self) -> Tokens | None:
        """The tokens in the keyring, else those in the file. Raises ConfigurationError if they cannot be read."""
        content = self._asked(lambda: self._ring.get_password(SERVICE, self._name), "read")
        if content is None:
            return super().load()
        try:
            return Tokens.from_json(content.encode())
        except (ValueError, KeyError, TypeError) as exc:
            raise ConfigurationError(
                f"The keyring's entry {SERVICE} {self._name} cannot be read ({type(exc).__name__}). "
                "Delete it and connect again."
            ) from None

    def save(self, tokens: Tokens) -> None:
        """Put the tokens in the place of those before. Raises ConfigurationError if the keyring does not take them."""
        content = tokens.as_json().decode()
        self._asked(lambda: self._ring.set_password(SERVICE, self._name, content), "written")
        self.path.unlink(missing_ok=True)

    def _asked(self, ask: Callable[[], T], what: str) -> T:
        from keyring.errors import KeyringError

        try:
            return ask()
        except KeyringError as exc:
            raise ConfigurationError(
                f"The keyring could not be {what} ({type(exc).__name__}). Unlock it, or set HSQBO_TOKENS_IN=file.",
                field="HSQBO_TOKENS_IN",
            ) from None


def _backend() -> keyring.backend.KeyringBackend:
    try:
        import keyring
        from keyring.backends.fail import Keyring as NoKeyring
    except ImportError:
        raise ConfigurationError(
            "HSQBO_TOKENS_IN is keyring, but the library is missing: pip install 'hsqbo-pipeline[keyring]'.",
            field="HSQBO_TOKENS_IN",
        ) from None
    found = keyring.get_keyring()
    if isinstance(found, NoKeyring):
        raise ConfigurationError(
            "This machine has no keyring that can be used. Set HSQBO_TOKENS_IN=file, or name a backend in "
            "PYTHON_KEYRING_BACKEND.",
            field="HSQBO_TOKENS_IN",
        )
    return found
