"""The settings: what holds without any, what a real account changes, and how a mistake is told."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.settings import INTUIT_TOKEN_URL, SANDBOX_REALM, Settings, is_loopback, load, variables

ROOT = Path(__file__).parents[1]
HUBSPOT = "https://api.hubapi.com"
PRODUCTION = "https://quickbooks.api.intuit.com"
DEVELOPMENT = "https://sandbox-quickbooks.api.intuit.com"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("HSQBO_"):
            monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    """The settings under these variables (named without prefix) and no file."""
    for name, value in values.items():
        monkeypatch.setenv(f"HSQBO_{name}", value)
    return load(None)


def mistake(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    """What is said about these variables."""
    with pytest.raises(ConfigurationError) as caught:
        loaded(monkeypatch, **values)
    return str(caught.value)


def test_without_settings_everything_points_at_the_sandbox() -> None:
    """A fresh clone needs no file and no variable."""
    settings = load(None)
    assert settings.environment == "sandbox"
    assert settings.hubspot_base_url == "http://127.0.0.1:8801"
    assert settings.quickbooks_token_url == "http://127.0.0.1:8802/oauth2/v1/tokens/bearer"
    assert settings.hubspot_token.get_secret_value() == "pat-sandbox"
    assert settings.quickbooks_client_id == "sandbox-client"
    assert settings.quickbooks_client_secret.get_secret_value() == "sandbox-secret"
    assert settings.quickbooks_refresh_token.get_secret_value() == "sandbox-refresh"
    assert settings.quickbooks_realm == SANDBOX_REALM
    assert (settings.quickbooks_overlap, settings.hubspot_overlap) == (timedelta(minutes=5), timedelta(minutes=15))
    assert settings.schedules is False


@pytest.mark.rule("A33")
@pytest.mark.parametrize(
    ("hubspot", "quickbooks", "environment"),
    [
        ("http://localhost:1", "http://[::1]:2", "sandbox"),
        (HUBSPOT, "http://127.0.0.1:8802", "development"),
        (HUBSPOT, DEVELOPMENT, "development"),
        ("http://127.0.0.1:8801", PRODUCTION, "production"),
        (HUBSPOT, PRODUCTION, "production"),
        (HUBSPOT, "https://books.example.com", "production"),
    ],
)
def test_the_environment_follows_from_the_addresses(
    monkeypatch: pytest.MonkeyPatch, hubspot: str, quickbooks: str, environment: str
) -> None:
    """One real system is enough to leave the sandbox, and an unknown address counts as production."""
    settings = loaded(monkeypatch, HUBSPOT_BASE_URL=hubspot, QUICKBOOKS_BASE_URL=quickbooks)
    assert settings.environment == environment


def test_nothing_real_may_call_itself_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The word that switches the guards off is not to be had for a real account."""
    said = mistake(monkeypatch, QUICKBOOKS_BASE_URL=PRODUCTION, ENVIRONMENT="sandbox")
    assert "HSQBO_ENVIRONMENT" in said


def test_the_sandboxs_logins_never_go_anywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as an address leads elsewhere its logins are empty until someone gives them."""
    settings = loaded(monkeypatch, HUBSPOT_BASE_URL=HUBSPOT, QUICKBOOKS_BASE_URL=PRODUCTION + "/")
    assert settings.hubspot_token.get_secret_value() == ""
    assert settings.quickbooks_client_secret.get_secret_value() == ""
    assert settings.quickbooks_refresh_token.get_secret_value() == ""
    assert (settings.quickbooks_client_id, settings.quickbooks_realm) == ("", "")
    assert settings.quickbooks_token_url == INTUIT_TOKEN_URL
    assert settings.quickbooks_base_url == PRODUCTION


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HUBSPOT_BASE_URL", "http://api.hubapi.com", "https"),
        ("HUBSPOT_BASE_URL", "http://127.0.0.1.example.com", "https"),
        ("HUBSPOT_BASE_URL", "api.hubapi.com", "must be an address"),
        ("QUICKBOOKS_BASE_URL", "http://127.0.0.1:port", "not an address"),
        ("QUICKBOOKS_TOKEN_URL", "http://example.com/token", "https"),
        ("HUBSPOT_API_VERSION", "v3", "2026-09"),
        ("SCHEDULES", "perhaps", "boolean"),
        ("QUICKBOOKS_REALM", "my company", "pattern"),
        ("HUBSPOT_OVERLAP_MINUTES", "-1", "greater than or equal to 0"),
        ("KEEP_RAW_DAYS", "ten", "integer"),
    ],
)
def test_a_wrong_value_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    """The message holds the variable as one types it, what stands there and what may."""
    said = mistake(monkeypatch, **{name: value})
    assert f"HSQBO_{name}: " in said
    assert says in said
    assert value in said


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes give two lines."""
    said = mistake(monkeypatch, SCHEDULES="perhaps", HUBSPOT_BASE_URL="ftp://x")
    assert len(said.splitlines()) == 2


def test_a_login_in_an_address_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with a password in it would end in every log."""
    said = mistake(monkeypatch, HUBSPOT_BASE_URL="https://ada:hunter22@api.hubapi.com")
    assert "hunter22" not in said
    assert "without login" in said


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings prints none of the logins, nor the addresses of those who are alerted."""
    settings = loaded(
        monkeypatch, HUBSPOT_TOKEN="pat-real", ALERT_URLS="slack://tokenA json://host", PING_URL="https://p/k"
    )
    assert [url.get_secret_value() for url in settings.alert_urls] == ["slack://tokenA", "json://host"]
    for secret in ("pat-real", "tokenA", "https://p/k", "sandbox-secret"):
        assert secret not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(("text", "on"), [("on", True), ("1", True), ("yes", True), ("off", False), ("", False)])
def test_schedules_are_off_until_someone_turns_them_on(monkeypatch: pytest.MonkeyPatch, text: str, on: bool) -> None:
    """The usual words for yes and no work, and an empty value is none."""
    assert loaded(monkeypatch, SCHEDULES=text).schedules is on


def test_a_file_is_read_and_variables_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What stands in .env holds unless the environment says otherwise."""
    file = tmp_path / ".env"
    file.write_text("HSQBO_DATA=from_file\nexport HSQBO_CONNECTION=oslo\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("HSQBO_DATA", "from_environment")
    settings = load(file)
    assert (settings.data, settings.connection) == (Path("from_environment"), "oslo")
    assert load(tmp_path / "none.env").data == Path("from_environment")


def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    """A misspelt name is found, and a wrong value names its line."""
    file = tmp_path / ".env"
    file.write_text("# mine\nHSQBO_HUBSPOT_TOKN=abc\nHSQBO_HUBSPOT_API_VERSION=2020-01\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    first, second = caught.value.problems
    assert (first.file, first.line, first.field) == (str(file), 2, "HSQBO_HUBSPOT_TOKN")
    assert "did you mean HSQBO_HUBSPOT_TOKEN?" in first.message
    assert (second.line, second.field, second.value) == (3, "HSQBO_HUBSPOT_API_VERSION", "2020-01")
    assert "abc" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Bytes that are no text are a message and no traceback."""
    file = tmp_path / ".env"
    file.write_bytes(b"HSQBO_DATA=\xff\xfe\n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(file)


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    """.env.example lists exactly the settings there are, each with a comment above it."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = [match[1] for line in lines if (match := re.fullmatch(r"# (HSQBO_\w+)=.*", line))]
    assert sorted(shown) == sorted(variables())


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    """Uncommenting the whole example changes nothing."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    file = tmp_path / ".env"
    file.write_text(re.sub(r"(?m)^# (HSQBO_)", r"\1", text), encoding="utf-8")
    assert load(file) == load(None)


def test_settings_do_not_change_under_way() -> None:
    """Nobody can turn a setting in the middle of a run."""
    with pytest.raises(ValueError, match="frozen"):
        load(None).data = Path("elsewhere")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]/", True),
        ("http://localhost", True),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1", False),
        ("https://api.hubapi.com", False),
    ],
)
def test_what_is_on_this_machine(url: str, here: bool) -> None:
    """Loopback addresses and the name localhost, and nothing that only looks like them."""
    assert is_loopback(url) is here
