"""Connecting accounts: the whole dance over HTTP, with the sandbox's consent pages."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.consent import Consent
from hsqbo_pipeline.clients.landing_page import LandingPage
from hsqbo_pipeline.errors import AuthenticationError, ConfigurationError, ExitCode, HsqboError
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import connect
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, running
from hsqbo_pipeline.settings import SANDBOX_REALM, Settings
from hsqbo_pipeline_tests.nights.house import House

CLOSED = {"BookCloseDate": "2025-12-31"}
RULES = Rules(timezone="UTC")
REAL: dict[str, Any] = {"quickbooks_refresh_token": "", "quickbooks_realm": "", "hubspot_token": ""}


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    with running() as box:
        yield box


def settings(served: RunningSandbox, data: Path, **more: Any) -> Settings:
    """Settings as they are before anybody connected: keys of apps, and no login."""
    addresses = {"hubspot_base_url": served.hubspot_url, "quickbooks_base_url": served.quickbooks_url}
    secret = {name: SecretStr(value) if "token" in name else value for name, value in (REAL | more).items()}
    return Settings(data=data, _env_file=None, **addresses, **secret)


def agreed(consent: Consent) -> str:
    """Where the browser of a person who agrees ends."""
    return httpx.get(consent.address).headers["location"]


@pytest.mark.rule("A32", "A33", "1.17")
def test_consent_becomes_a_stored_login_that_names_its_company(served: RunningSandbox, tmp_path: Path) -> None:
    """Address, consent, code, tokens in a file of mode 0600; company, realm, environment and closing date are named."""
    served.sandbox.quickbooks.person({"action": "set_preferences", "fields": {"AccountingInfoPrefs": CLOSED}})
    mine = settings(served, tmp_path)
    consent = connect.quickbooks_consent(mine)
    company = connect.connect_quickbooks(mine, consent, agreed(consent))
    told = (company.name, company.realm, company.environment, str(company.closed_until))
    assert told == ("Sandbox Company", SANDBOX_REALM, "sandbox", "2025-12-31")
    file = tmp_path / "tokens" / "quickbooks.json"
    kept = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (kept["realm"], kept["refresh_token"][:16]) == (SANDBOX_REALM, "sandbox-refresh-")
    assert company.ends is not None
    assert str(company.ends) == kept["hard_expires_at"][:10]


@pytest.mark.rule("A32")
def test_a_refused_consent_and_a_strangers_redirect_store_nothing(served: RunningSandbox, tmp_path: Path) -> None:
    """A wrong state, an error, an address without code or company, and a spent code each say what to do."""
    mine = settings(served, tmp_path)
    consent = connect.quickbooks_consent(mine)
    good = agreed(consent)
    wrong = {
        "belongs to another attempt": good.replace(consent.state, "forged"),
        "Consent was not given (access_denied)": f"http://localhost/cb?error=access_denied&state={consent.state}",
        "has no code": f"http://localhost/cb?state={consent.state}",
        "names no company": good.split("&realmId")[0],
        "is not the address": "https://example.com/",
    }
    for sentence, address in wrong.items():
        with pytest.raises(AuthenticationError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
            connect.connect_quickbooks(mine, consent, address)
    assert not (tmp_path / "tokens" / "quickbooks.json").exists()
    connect.connect_quickbooks(mine, consent, f"  {good[:40]}\n{good[40:]}\n")
    before = (tmp_path / "tokens" / "quickbooks.json").read_bytes()
    with pytest.raises(AuthenticationError, match="code was not accepted") as spent:
        connect.connect_quickbooks(mine, consent, good)
    assert "sandbox-code" not in str(spent.value)
    assert (tmp_path / "tokens" / "quickbooks.json").read_bytes() == before


@pytest.mark.rule("AUTH_QBO_WRONG_COMPANY", "1.17")
def test_another_company_than_the_connected_one_is_refused(served: RunningSandbox, tmp_path: Path) -> None:
    """A realm that differs from the stored one is refused before its code is spent; the stored login stays."""
    mine = settings(served, tmp_path)
    consent = connect.quickbooks_consent(mine)
    connect.connect_quickbooks(mine, consent, agreed(consent))
    before = (tmp_path / "tokens" / "quickbooks.json").read_bytes()
    again = connect.quickbooks_consent(mine)
    other = agreed(again).replace(SANDBOX_REALM, "123145")
    with pytest.raises(AuthenticationError, match=r"company 123145.*company 9341450000000001") as refused:
        connect.connect_quickbooks(mine, again, other)
    assert (refused.value.code, refused.value.exit_code) == ("AUTH_QBO_WRONG_COMPANY", ExitCode.LOGIN)
    assert (tmp_path / "tokens" / "quickbooks.json").read_bytes() == before
    connect.connect_quickbooks(mine, again, other.replace("123145", SANDBOX_REALM))


@pytest.mark.rule("A33", "1.17")
def test_production_keys_are_never_redirected_to_plain_http(served: RunningSandbox, tmp_path: Path) -> None:
    """Production: https alone, Intuit's own page unless another is named. Development: this machine is fine."""
    production = settings(served, tmp_path, environment="production")
    assert connect.quickbooks_consent(production).redirect_uri == connect.PLAYGROUND_REDIRECT
    with pytest.raises(ConfigurationError, match="https addresses only"):
        connect.quickbooks_consent(production, "http://localhost:8765/callback")
    with pytest.raises(ConfigurationError, match="must begin with https"):
        connect.quickbooks_consent(settings(served, tmp_path), "http://example.com/callback")
    assert connect.quickbooks_consent(settings(served, tmp_path)).redirect_uri == connect.LOOPBACK_REDIRECT
    keyless = settings(served, tmp_path, quickbooks_client_id="")
    with pytest.raises(ConfigurationError, match="HSQBO_QUICKBOOKS_CLIENT_SECRET"):
        connect.quickbooks_consent(keyless)


def test_the_browser_comes_back_to_this_machine(served: RunningSandbox, tmp_path: Path) -> None:
    """The loopback page hears the redirect, shrugs off other requests, and says nothing of it anywhere."""
    mine = settings(served, tmp_path)
    with LandingPage("http://localhost:0/callback") as page, ThreadPoolExecutor(1) as pool:
        port = page._server.server_address[1]
        consent = connect.quickbooks_consent(mine, f"http://localhost:{port}/callback")
        came = pool.submit(page.wait, 20)
        assert httpx.get(f"http://127.0.0.1:{port}/favicon.ico").status_code == 404
        answer = httpx.get(agreed(consent).replace("localhost", "127.0.0.1"))
        assert (answer.status_code, "Go back to the terminal" in answer.text) == (200, True)
        with pytest.raises(ConfigurationError, match="cannot be listened on"), LandingPage(consent.redirect_uri):
            pass
        assert connect.connect_quickbooks(mine, consent, came.result()).realm == SANDBOX_REALM


def test_a_page_to_which_nobody_comes_closes(tmp_path: Path) -> None:
    """Listening ends after the time one asked for."""
    with LandingPage("http://localhost:0/callback") as page, pytest.raises(ConfigurationError, match="Nobody came"):
        page.wait(0.01)


@pytest.mark.rule("A30", "AUTH_MISSING_SCOPES")
def test_a_key_is_tried_before_it_is_stored(served: RunningSandbox, tmp_path: Path) -> None:
    """A key that is not accepted is not stored; a good one names its portal, what it may do and what is missing."""
    mine = settings(served, tmp_path)
    with pytest.raises(AuthenticationError) as refused:
        connect.connect_hubspot_key(mine, SecretStr("pat-na1-nobody-knows"), RULES)
    assert "nobody" not in str(refused.value)
    assert not (tmp_path / "tokens").exists()
    portal = connect.connect_hubspot_key(mine, SecretStr("  pat-readonly\n"), RULES)
    assert (portal.portal_id, portal.account_type) == ("24000001", "SANDBOX")
    assert portal.granted is not None
    missing = {scope.name for scope in portal.missing}
    assert {"crm.objects.contacts.write", "crm.schemas.invoices.write", "e-commerce"} <= missing
    assert not [name for name in missing if name.endswith(".read")]
    assert stat.S_IMODE((tmp_path / "tokens" / "hubspot.json").stat().st_mode) == 0o600
    assert connect.connect_hubspot_key(mine, SecretStr("pat-sandbox"), RULES).missing == ()


def test_where_hubspot_lists_no_permissions_reading_is_tried(served: RunningSandbox, tmp_path: Path) -> None:
    """A kind of key that introspection does not know is asked object by object; what can't be read is missing."""
    from hsqbo_pipeline.sandbox.hubspot.tokens import READ_SCOPES, Token

    served.sandbox.switches.change({"hs_introspects_keys": False})
    tokens = served.sandbox.hubspot.tokens
    tokens.add(Token("pat-narrow", READ_SCOPES - {"crm.objects.invoices.read", "tax_rates.read"}))
    try:
        portal = connect.connect_hubspot_key(settings(served, tmp_path), SecretStr("pat-narrow"), RULES)
    finally:
        served.sandbox.switches.change({"hs_introspects_keys": True})
    assert portal.granted is None
    assert [scope.name for scope in portal.missing] == ["crm.objects.invoices.read", "tax_rates.read"]


@pytest.mark.rule("A32")
def test_a_night_runs_on_what_was_connected_alone(served: RunningSandbox, tmp_path: Path) -> None:
    """OAuth on both sides: HubSpot is asked for what the rules need, no more; with neither realm nor login in the
    settings a run uses the company and the portal that were connected, and renews what has run out."""
    mine = settings(served, tmp_path)
    consent = connect.hubspot_consent(mine, RULES)
    portal = connect.connect_hubspot_app(mine, consent, agreed(consent), RULES)
    assert (portal.portal_id, portal.missing) == ("24000001", ())
    assert portal.granted is not None
    assert "crm.objects.deals.write" in portal.granted
    assert "crm.schemas.deals.write" not in portal.granted
    kept = json.loads((tmp_path / "tokens" / "hubspot.json").read_text())
    assert (kept["realm"], kept["refresh_token"]) == ("24000001", "sandbox-refresh")
    served.sandbox.clock.advance(3600)  # the access token is dead by now
    home = House(served, tmp_path)
    consent = connect.quickbooks_consent(mine)
    connect.connect_quickbooks(mine, consent, agreed(consent))
    assert home.night(**{name: SecretStr("") if "token" in name else "" for name in REAL}).exit_code == ExitCode.DONE


def test_settings_that_are_changed_later_win_over_the_stored_key(served: RunningSandbox, tmp_path: Path) -> None:
    """What was connected counts until a person puts another key into the settings."""
    from hsqbo_pipeline.runs.logins import hubspot_login

    connect.connect_hubspot_key(settings(served, tmp_path, hubspot_token="old"), SecretStr("pat-sandbox"), RULES)
    assert list(hubspot_login(settings(served, tmp_path, hubspot_token="old")).secrets()) == ["pat-sandbox"]
    assert list(hubspot_login(settings(served, tmp_path, hubspot_token="newer")).secrets()) == ["newer"]


@pytest.mark.rule("A32")
def test_a_connect_that_cannot_save_uses_nothing(
    served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the login can't be saved, not one request is made with it."""
    mine = settings(served, tmp_path)
    consent = connect.quickbooks_consent(mine)
    redirected = agreed(consent)
    (tmp_path / "tokens").mkdir()
    monkeypatch.setattr(Path, "replace", _full)
    served.sandbox.traffic["quickbooks"].clear()
    with pytest.raises(ConfigurationError, match="not used until it is saved"):
        connect.connect_quickbooks(mine, consent, redirected)
    assert served.sandbox.traffic["quickbooks"].summary()["total"] == 0
    assert [each.name for each in (tmp_path / "tokens").iterdir() if each.suffix != ".lock"] == []


def _full(_path: Path, _target: Path) -> Path:
    raise OSError(28, "No space left on device")


@pytest.mark.rule("A31")
def test_the_command_prints_the_address_takes_the_paste_and_shows_no_secret(
    served: RunningSandbox, tmp_path: Path
) -> None:
    """`hsqbo connect quickbooks --paste`, as a person does it: nothing but the address goes in, no token comes out."""
    environment = {
        "HSQBO_DATA": str(tmp_path), "HSQBO_HUBSPOT_BASE_URL": served.hubspot_url,
        "HSQBO_QUICKBOOKS_BASE_URL": served.quickbooks_url, "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    command = [sys.executable, "-m", "hsqbo_pipeline", "connect", "quickbooks", "--paste"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, text=True, **pipes) as process:  # type: ignore[call-overload]
        address = process.stdout.readline().strip()
        said, complained = process.communicate(httpx.get(address).headers["location"] + "\n", timeout=60)
    assert process.returncode == 0, complained
    assert f"Connected: Sandbox Company, realm {SANDBOX_REALM}, sandbox; " in said
    kept = json.loads((tmp_path / "tokens" / "quickbooks.json").read_text())
    told = address + said + complained
    assert [
        secret for secret in (kept["access_token"], kept["refresh_token"], "sandbox-secret") if secret in told
    ] == []


def test_errors_of_connecting_are_ours() -> None:
    """Whatever is pasted, the answer is a sentence of ours, never a traceback."""
    consent = Consent("https://page", "client", "https://redirect", ("a",), "AUTH_QBO_EXPIRED")
    for text in ("", "?", "x" * 10_000, "https://[::1", "code=1&state=2"):
        with pytest.raises((HsqboError, AuthenticationError)):
            consent.granted(text)
