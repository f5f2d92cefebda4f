"""The only reader of the environment: `HSQBO_…` variables and `.env`.

Without any, everything points at the sandbox on this machine: both systems' default ports, and logins that only the
sandbox knows. As soon as an address leads anywhere else, those logins are gone and nothing is assumed.
`.env.example` explains each setting; a test keeps the two in step.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hsqbo_pipeline.errors import ConfigurationError, Problem

PREFIX = "HSQBO_"
INTUIT_TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
SANDBOX_REALM = "9341450000000001"
_DEVELOPMENT_HOST = "sandbox-quickbooks.api.intuit.com"
_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?(HSQBO_\w+)\s*=", re.IGNORECASE)

Environment = Literal["sandbox", "development", "production"]


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://api.hubapi.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a plain address, without login or query")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("must begin with https; plain http is accepted for this machine only")
    return url.rstrip("/")


def _words(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Urls = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_words)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Days = Annotated[int, Field(ge=1)]


def _in_sandbox(field: str, secret: str) -> Any:
    """A login that only the sandbox knows, where `field` leads to this machine; elsewhere none."""
    return Field(default_factory=lambda data: SecretStr(secret if is_loopback(data[field]) else ""))


def _token_url(data: dict[str, Any]) -> str:
    base: str = data["quickbooks_base_url"]
    return f"{base}/oauth2/v1/tokens/bearer" if is_loopback(base) else INTUIT_TOKEN_URL


def _environment(data: dict[str, Any]) -> Environment:
    """Sandbox only if both systems are on this machine: one real system is enough to be careful."""
    hubspot, quickbooks = str(data["hubspot_base_url"]), str(data["quickbooks_base_url"])
    if is_loopback(hubspot) and is_loopback(quickbooks):
        return "sandbox"
    if is_loopback(quickbooks) or urlsplit(quickbooks).hostname == _DEVELOPMENT_HOST:
        return "development"
    return "production"


class Settings(BaseSettings):
    """Where this connection's data, rules and systems are. Each field is the variable HSQBO_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    data: Path = Path("data")
    rules: Path = Path("data/sync.yaml")
    connection: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]?[A-Za-z0-9_]*$")] = ""

    hubspot_base_url: BaseUrl = "http://127.0.0.1:8801"
    hubspot_api_version: Literal["2026-09", "2026-03"] = "2026-09"
    hubspot_token: SecretStr = _in_sandbox("hubspot_base_url", "pat-sandbox")
    hubspot_client_id: str = Field(
        default_factory=lambda data: "hsqbo-sandbox" if is_loopback(data["hubspot_base_url"]) else ""
    )
    hubspot_client_secret: SecretStr = _in_sandbox("hubspot_base_url", "sandbox-secret")
    hubspot_refresh_token: SecretStr = SecretStr("")

    quickbooks_base_url: BaseUrl = "http://127.0.0.1:8802"
    quickbooks_token_url: BaseUrl = Field(default_factory=_token_url)
    quickbooks_client_id: str = Field(
        default_factory=lambda data: "sandbox-client" if is_loopback(data["quickbooks_base_url"]) else ""
    )
    quickbooks_client_secret: SecretStr = _in_sandbox("quickbooks_base_url", "sandbox-secret")
    quickbooks_refresh_token: SecretStr = _in_sandbox("quickbooks_base_url", "sandbox-refresh")
    quickbooks_realm: Annotated[str, StringConstraints(pattern=r"^\d*$")] = Field(
        default_factory=lambda data: SANDBOX_REALM if is_loopback(data["quickbooks_base_url"]) else ""
    )

    tokens_in: Literal["file", "keyring"] = "file"
    environment: Environment = Field(default_factory=_environment)
    schedules: bool = False
    alert_urls: Urls = ()
    export_urls: Urls = ()
    export_every_days: Days = 7
    export_masked: bool = False
    ping_url: SecretStr = SecretStr("")
    quickbooks_overlap_minutes: Minutes = 5
    hubspot_overlap_minutes: Minutes = 15
    wait_for_minutes: Minutes = 120
    keep_raw_days: Days = 90
    keep_reports_days: Days = 400

    @model_validator(mode="after")
    def _honest_sandbox(self) -> Settings:
        """Nothing real may call itself the sandbox, where limits may be off and a plan needs nobody's yes."""
        if self.environment == "sandbox" and not (
            is_loopback(self.hubspot_base_url) and is_loopback(self.quickbooks_base_url)
        ):
            raise ValueError("HSQBO_ENVIRONMENT: sandbox is only what runs on this machine, on both sides")
        return self

    @property
    def quickbooks_overlap(self) -> timedelta:
        """How far before its watermark a read of QuickBooks begins."""
        return timedelta(minutes=self.quickbooks_overlap_minutes)

    @property
    def hubspot_overlap(self) -> timedelta:
        """How far before its watermark a read of HubSpot begins: its search lags behind its writes."""
        return timedelta(minutes=self.hubspot_overlap_minutes)

    @property
    def wait_for(self) -> timedelta:
        """How long a nightly run waits for another one to end."""
        return timedelta(minutes=self.wait_for_minutes)


def load(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process; variables win over the file, which need not be there.

    Raises ConfigurationError naming every variable that is wrong or that nobody knows, those of the file with its line.
    Values of secret settings never appear in it.
    """
    lines = _assignments(env_file)
    problems = [_misspelt(name, env_file, line) for name, line in lines.items() if name not in variables()]
    settings: Settings | None = None
    try:
        settings = Settings(_env_file=env_file, _env_file_encoding="utf-8")
    except ValidationError as exc:
        found = (_problem(error, env_file, lines) for error in exc.errors(include_url=False))
        problems += [problem for problem in found if problem]
    if problems or settings is None:
        raise ConfigurationError.of(problems)
    return settings


def variables() -> tuple[str, ...]:
    """The names of all variables, in the order of the settings."""
    return tuple(PREFIX + name.upper() for name in Settings.model_fields)


def _assignments(env_file: Path | None) -> dict[str, int]:
    """Our variables in the file, each with its line."""
    if env_file is None or not env_file.is_file():
        return {}
    try:
        text = env_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"{env_file}: cannot be read ({type(exc).__name__}).", file=str(env_file)) from None
    found = ((number, _ASSIGNMENT.match(line)) for number, line in enumerate(text.splitlines(), 1))
    return {match[1].upper(): number for number, match in found if match}


def _misspelt(name: str, env_file: Path | None, line: int) -> Problem:
    near = difflib.get_close_matches(name, variables(), 1)
    return Problem(f"there is no such setting{f'; did you mean {near[0]}?' if near else ''}", str(env_file), line, name)


def _problem(error: ErrorDetails, env_file: Path | None, lines: dict[str, int]) -> Problem | None:
    if error["type"] == "default_factory_not_called":
        return None  # follows from another mistake, which is told
    said = str(error["ctx"]["error"]) if error["type"] == "value_error" else error["msg"]
    if not error["loc"]:
        return Problem(said)
    field = str(error["loc"][0])
    name = PREFIX + field.upper()
    from_file = name in lines and name not in {key.upper() for key in os.environ}
    shown = None if _is_secret(field) or "login" in said else str(error["input"])
    file, line = (str(env_file), lines[name]) if from_file else (None, None)
    return Problem(said[:1].lower() + said[1:], file, line, name, shown)


def _is_secret(field: str) -> bool:
    annotation = Settings.model_fields[field].annotation
    return annotation is SecretStr or SecretStr in get_args(annotation)
