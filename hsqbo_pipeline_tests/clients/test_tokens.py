"""The rotating QuickBooks token: saved before use, refreshed once, shared between processes, and never in the open."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import stat
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.clients.oauth import OAuthTokens, TokenEndpoint
from hsqbo_pipeline.clients.opening import hubspot_endpoint, oauth_tokens, quickbooks_endpoint
from hsqbo_pipeline.clients.tokens import TokenStore
from hsqbo_pipeline.errors import AuthenticationError, ConfigurationError, RemoteError


class _Issuer:
    """A token endpoint that rotates at every refresh and kills the old refresh token at once."""

    def __init__(self) -> None:
        self.valid = "seed-refresh-0"
        self.count = 0
        self.asked: list[dict[str, Any]] = []
        self.fail_with: list[int] = []
        self.expires_in = 3600
        self.url = ""

    def answer(self, form: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        self.asked.append({"form": form, "authorization": headers.get("Authorization"), "headers": dict(headers)})
        if self.fail_with:
            return self.fail_with.pop(0), {}
        if form.get("refresh_token") != self.valid:
            return 400, {"error": "invalid_grant", "error_description": f"bad {form.get('refresh_token')}"}
        self.count += 1
        self.valid = f"rotated-refresh-{self.count}"
        return 200, {
            "access_token": f"access-{self.count}",
            "refresh_token": self.valid,
            "expires_in": self.expires_in,
            "x_refresh_token_expires_in": 8640000,
            "x_refresh_token_hard_expires_in": 157680000,
            "token_type": "bearer",
        }


@contextmanager
def _issuing() -> Iterator[_Issuer]:
    issuer = _Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, answer = issuer.answer(dict(urllib.parse.parse_qsl(body)), self.headers)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("intuit_tid", "1-token")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}/oauth2/v1/tokens/bearer"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def issuer() -> Iterator[_Issuer]:
    with _issuing() as running:
        yield running


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


FAST = Clock(sleep=_no_wait)


def _tokens(
    folder: Path,
    issuer_url: str,
    seed: str = "seed-refresh-0",
    clock: Clock = FAST,
    realm: str = "1",
    environment: str = "sandbox",
) -> OAuthTokens:
    endpoint = quickbooks_endpoint("client", SecretStr("client-secret-x"), issuer_url)
    return oauth_tokens(
        TokenStore(folder / "quickbooks.json"),
        endpoint,
        account=realm,
        environment=environment,
        refresh_token=SecretStr(seed),
        clock=clock,
    )


def test_the_first_token_comes_from_the_settings_and_is_saved_readable_by_its_owner_only(
    tmp_path: Path, issuer: _Issuer
) -> None:
    """The settings' refresh token is spent, its successor kept in a file of mode 0600 with all expiries."""
    assert asyncio.run(_tokens(tmp_path, issuer.url).bearer()) == "access-1"
    path = tmp_path / "quickbooks.json"
    kept = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (kept["refresh_token"], kept["realm"], kept["environment"]) == ("rotated-refresh-1", "1", "sandbox")
    assert kept["hard_expires_at"] > kept["refresh_expires_at"] > kept["access_expires_at"] > kept["obtained_at"]
    assert "seed-refresh-0" not in path.read_text()
    assert issuer.asked[0]["authorization"].startswith("Basic ")
    assert issuer.asked[0]["headers"]["x-include-refresh-token-hard-expires-in"] == "true"
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def test_the_new_token_is_on_disk_before_anyone_may_use_it(
    tmp_path: Path, issuer: _Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If saving fails, the new access token is not handed out."""

    def full(_store: TokenStore, _tokens: object) -> None:
        raise ConfigurationError("disk full")

    tokens = _tokens(tmp_path, issuer.url)
    monkeypatch.setattr(TokenStore, "save", full)
    with pytest.raises(ConfigurationError):
        asyncio.run(tokens.bearer())
    assert tokens.current() is None


def test_a_process_killed_after_saving_costs_nothing(tmp_path: Path, issuer: _Issuer) -> None:
    """The next process goes on with the saved tokens, without another refresh."""
    asyncio.run(_tokens(tmp_path, issuer.url).bearer())
    assert asyncio.run(_tokens(tmp_path, issuer.url).bearer()) == "access-1"
    assert issuer.count == 1


def test_many_tasks_refresh_once(tmp_path: Path, issuer: _Issuer) -> None:
    """A refresh is in flight once per process, and a rejected token is replaced once."""

    async def main() -> tuple[set[str], set[str]]:
        tokens = _tokens(tmp_path, issuer.url)
        first = set(await asyncio.gather(*(tokens.bearer() for _ in range(20))))
        return first, set(await asyncio.gather(*(tokens.renewed("access-1") for _ in range(20))))

    assert asyncio.run(main()) == ({"access-1"}, {"access-2"})
    assert issuer.count == 2


def test_a_401_looks_into_the_file_first(tmp_path: Path, issuer: _Issuer) -> None:
    """When another process has rotated already, its token is used and none is spent."""

    async def main() -> str:
        mine, theirs = _tokens(tmp_path, issuer.url), _tokens(tmp_path, issuer.url)
        old = await mine.bearer()
        await theirs.renewed(old)
        return await mine.renewed(old)

    assert asyncio.run(main()) == "access-2"
    assert issuer.count == 2


def _refresh_in_process(folder: str, url: str, answers: Any) -> None:
    answers.put(asyncio.run(_tokens(Path(folder), url, clock=Clock()).bearer()))


def test_two_processes_at_once_spend_the_token_once(tmp_path: Path, issuer: _Issuer) -> None:
    """The lock between processes lets one refresh; the other finds the result."""
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    answers = context.Queue()
    children = [
        context.Process(target=_refresh_in_process, args=(str(tmp_path), issuer.url, answers)) for _ in range(3)
    ]
    for child in children:
        child.start()
    got = {answers.get(timeout=20) for _ in children}
    for child in children:
        child.join()
    assert (got, issuer.count) == ({"access-1"}, 1)


def test_a_token_is_renewed_before_it_ends(tmp_path: Path, issuer: _Issuer) -> None:
    """Five minutes before its end an access token is renewed, not after."""
    now = Clock().now()
    moment = [now]
    clock = Clock(sleep=_no_wait, now=lambda: moment[0])

    async def main() -> list[str]:
        tokens = _tokens(tmp_path, issuer.url, clock=clock)
        got = [await tokens.bearer()]
        for minutes in (54, 56):
            moment[0] = now + timedelta(minutes=minutes)
            got.append(await tokens.bearer())
        return got

    assert asyncio.run(main()) == ["access-1", "access-1", "access-2"]


def test_a_new_refresh_token_in_the_settings_wins_over_the_file(tmp_path: Path, issuer: _Issuer) -> None:
    """Whoever puts another refresh token into the settings means it; the same one changes nothing."""
    asyncio.run(_tokens(tmp_path, issuer.url).bearer())
    issuer.valid = "seed-from-new-consent"
    assert asyncio.run(_tokens(tmp_path, issuer.url, seed="seed-from-new-consent").bearer()) == "access-2"
    assert asyncio.run(_tokens(tmp_path, issuer.url, seed="seed-from-new-consent").bearer()) == "access-2"
    assert asyncio.run(_tokens(tmp_path, issuer.url, seed="").bearer()) == "access-2"


@pytest.mark.rule("D1", "AUTH_QBO_EXPIRED")
def test_a_dead_refresh_token_asks_for_a_new_connection(tmp_path: Path, issuer: _Issuer) -> None:
    """invalid_grant is not retried; the error says what to run and holds no token."""
    with pytest.raises(AuthenticationError, match="hsqbo connect quickbooks") as caught:
        asyncio.run(_tokens(tmp_path, issuer.url, seed="long-dead-token").bearer())
    assert (caught.value.code, caught.value.request_id, len(issuer.asked)) == ("AUTH_QBO_EXPIRED", "1-token", 1)
    assert "long-dead-token" not in str(caught.value)


@pytest.mark.rule("D4", "AUTH_QBO_WRONG_COMPANY")
def test_tokens_of_another_company_are_refused(tmp_path: Path, issuer: _Issuer) -> None:
    """The file is bound to realm and environment."""
    asyncio.run(_tokens(tmp_path, issuer.url).bearer())
    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(_tokens(tmp_path, issuer.url, realm="2").bearer())
    assert caught.value.code == "AUTH_QBO_WRONG_COMPANY"


@pytest.mark.rule("D4", "AUTH_QBO_WRONG_COMPANY", "A32")
@pytest.mark.parametrize("other", [{"realm": "2"}, {"environment": "production"}])
def test_a_login_from_the_settings_never_replaces_another_companys(
    tmp_path: Path, issuer: _Issuer, other: dict[str, str]
) -> None:
    """A demonstration, or settings of another company, in the folder of a connected one: refused before anything is asked,
    for the stored refresh token is the only one of its kind."""
    asyncio.run(_tokens(tmp_path, issuer.url).bearer())
    before = (tmp_path / "quickbooks.json").read_bytes()
    issuer.valid = "seed-of-another"
    with pytest.raises(AuthenticationError, match="HSQBO_DATA") as caught:
        asyncio.run(_tokens(tmp_path, issuer.url, seed="seed-of-another", **other).bearer())
    assert caught.value.code == "AUTH_QBO_WRONG_COMPANY"
    assert (tmp_path / "quickbooks.json").read_bytes() == before
    assert len(issuer.asked) == 1


def test_the_token_endpoint_is_asked_again_after_an_edge_error(tmp_path: Path, issuer: _Issuer) -> None:
    """A 503 of the token endpoint is repeated; when it stays, the login is not blamed."""
    issuer.fail_with = [503, 500]
    assert asyncio.run(_tokens(tmp_path, issuer.url).bearer()) == "access-1"
    issuer.fail_with = [503] * 10
    with pytest.raises(RemoteError):
        asyncio.run(_tokens(tmp_path, issuer.url).renewed("access-1"))


def test_a_broken_token_file_is_named(tmp_path: Path, issuer: _Issuer) -> None:
    """A file that is not ours is a configuration error with its path, never overwritten in silence."""
    (tmp_path / "quickbooks.json").write_text("{}")
    with pytest.raises(ConfigurationError, match=r"quickbooks\.json"):
        asyncio.run(_tokens(tmp_path, issuer.url).bearer())
    assert issuer.asked == []


def test_hubspot_oauth_sends_the_client_in_the_form(tmp_path: Path, issuer: _Issuer) -> None:
    """HubSpot's endpoint takes client id and secret as fields, at the version's own address."""
    base = issuer.url.split("/oauth2", 1)[0]
    endpoint: TokenEndpoint = hubspot_endpoint(base, "2026-03", "hs-client", SecretStr("hs-secret-y"))
    tokens = oauth_tokens(
        TokenStore(tmp_path / "hubspot.json"),
        endpoint,
        account="24",
        environment="production",
        refresh_token=SecretStr(issuer.valid),
    )
    assert asyncio.run(tokens.bearer()) == "access-1"
    assert endpoint.url.endswith("/oauth/2026-03/token")
    assert issuer.asked[0]["authorization"] is None
    assert issuer.asked[0]["form"]["client_secret"] == "hs-secret-y"


def test_tokens_show_no_secret(tmp_path: Path, issuer: _Issuer) -> None:
    """Neither the tokens nor their source show a secret when printed."""
    tokens = _tokens(tmp_path, issuer.url)
    asyncio.run(tokens.bearer())
    shown = repr(tokens.current()) + repr(tokens) + repr(tokens._endpoint)
    assert not any(secret in shown for secret in ("access-1", "rotated-refresh-1", "client-secret-x", "seed-refresh"))
    assert {"access-1", "rotated-refresh-1", "client-secret-x"} <= set(tokens.secrets())
