"""OAuth: lifetimes, rotation, revocation, and what an unauthorised call looks like."""

from __future__ import annotations

import httpx
import pytest

from hsqbo_pipeline.sandbox.quickbooks.oauth import TokenOffice
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import REALM, Caller

CLIENT = ("sandbox-client", "sandbox-secret")


def _token(qbo: Caller, refresh: str, client: tuple[str, str] = CLIENT, **headers: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    with httpx.Client(auth=client) as http:
        return http.post(f"{qbo.root}/oauth2/v1/tokens/bearer", data=form, headers=headers)


@pytest.fixture
def office(qbo: Caller) -> TokenOffice:
    """The company's token office, as fresh as the company."""
    qbo.sandbox.quickbooks.office.__init__(qbo.sandbox.clock, qbo.sandbox.switches)  # type: ignore[misc]
    return qbo.sandbox.quickbooks.office


@pytest.mark.rule("QBT1", "QBC1", "QBO7")
def test_refresh_tokens_rotate_and_the_old_one_dies(qbo: Caller, office: TokenOffice) -> None:
    """Each refresh gives a new token; a replayed one is invalid_grant and ends the connection."""
    first = _token(qbo, "sandbox-refresh").json()
    assert (first["token_type"], first["expires_in"], first["x_refresh_token_expires_in"]) == (
        "bearer",
        3600,
        8_640_000,
    )
    second = _token(qbo, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    replay = _token(qbo, first["refresh_token"])
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert "intuit_tid" in replay.headers
    assert _token(qbo, second["refresh_token"]).status_code == 400


@pytest.mark.rule("QBO7")
def test_a_gentler_service_by_switch(qbo: Caller, office: TokenOffice) -> None:
    """Grace for the old token, rotation only now and then, and a chain that survives a replay."""
    qbo.sandbox.switches.change({"qb_refresh_token_grace_s": 100, "qb_replayed_refresh_ends_connection": False})
    first = _token(qbo, "sandbox-refresh").json()["refresh_token"]
    assert _token(qbo, "sandbox-refresh").status_code == 200
    qbo.sandbox.clock.advance(101)
    assert _token(qbo, "sandbox-refresh").status_code == 400
    qbo.sandbox.switches.change({"qb_refresh_rotates_every": 2})
    assert _token(qbo, first).json()["refresh_token"] == first
    assert _token(qbo, first).json()["refresh_token"] != first


@pytest.mark.rule("QBT2")
def test_lifetimes(qbo: Caller, office: TokenOffice) -> None:
    """An access token lasts an hour, a refresh token 100 days, a connection five years."""
    answer = _token(qbo, "sandbox-refresh", **{"x-include-refresh-token-hard-expires-in": "true"}).json()
    assert answer["x_refresh_token_hard_expires_in"] == 157_680_000
    bearer = {"Authorization": f"Bearer {answer['access_token']}", "Accept": "application/json"}
    with httpx.Client(headers=bearer) as http:
        assert http.get(f"{qbo.base}/companyinfo/{REALM}").status_code == 200
        qbo.sandbox.clock.advance(3601)
        assert http.get(f"{qbo.base}/companyinfo/{REALM}").status_code == 401
    refresh = answer["refresh_token"]
    for _ in range(18):
        qbo.sandbox.clock.advance(99 * 86_400)
        refresh = _token(qbo, refresh).json()["refresh_token"]
    qbo.sandbox.clock.advance(99 * 86_400)
    assert _token(qbo, refresh).json()["error"] == "invalid_grant"


def test_a_wrong_client_is_401(qbo: Caller) -> None:
    """Another client id or secret is invalid_client."""
    answer = _token(qbo, "sandbox-refresh", ("sandbox-client", "guess"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.rule("QBC1")
def test_consent_gives_a_code_and_the_realm(qbo: Caller) -> None:
    """The redirect carries code, state and realmId; the code works once; the realm is in no token answer."""
    with httpx.Client(auth=CLIENT) as http:
        target = _consented(http, qbo)
        assert (target.params["state"], target.params["realmId"]) == ("s", REALM)
        answers = [_exchanged(http, qbo, target.params["code"]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert "realmId" not in answers[0].json()


def test_consent_is_for_one_client_one_address_and_ten_minutes(qbo: Caller) -> None:
    """An unknown client, a missing field, another redirect address and a late exchange are turned away."""
    with httpx.Client(auth=CLIENT) as http:
        for wrong in ({"client_id": "other"}, {"scope": ""}, {"response_type": "token"}):
            assert http.get(f"{qbo.root}/connect/oauth2", params=_ASKED | wrong).status_code == 400
        code = _consented(http, qbo).params["code"]
        assert _exchanged(http, qbo, code, redirect_uri="http://localhost:1/cb").json()["error"] == "invalid_grant"
        late = _consented(http, qbo).params["code"]
        qbo.sandbox.clock.advance(601)
        assert _exchanged(http, qbo, late).status_code == 400


_ASKED = {
    "client_id": CLIENT[0], "response_type": "code", "scope": "com.intuit.quickbooks.accounting",
    "redirect_uri": "http://localhost:8000/cb", "state": "s",
}  # fmt: skip


def _consented(http: httpx.Client, qbo: Caller) -> httpx.URL:
    return httpx.URL(http.get(f"{qbo.root}/connect/oauth2", params=_ASKED).headers["location"])


def _exchanged(
    http: httpx.Client, qbo: Caller, code: str, redirect_uri: str = _ASKED["redirect_uri"]
) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return http.post(f"{qbo.root}/oauth2/v1/tokens/bearer", data=form)


def test_revoking_ends_the_connection(qbo: Caller, office: TokenOffice) -> None:
    """Either token revokes both."""
    answer = _token(qbo, "sandbox-refresh").json()
    with httpx.Client(auth=CLIENT) as http:
        url = f"{qbo.root}/v2/oauth2/tokens/revoke"
        assert http.post(url, json={"token": answer["access_token"]}).status_code == 200
        assert http.post(url, json={"token": "unknown"}).status_code == 400
    assert _token(qbo, answer["refresh_token"]).status_code == 400


@pytest.mark.rule("QBT3", "QBC1")
def test_the_401_has_the_gateways_shape(qbo: Caller) -> None:
    """Lower-case fault, epoch milliseconds, the token in its detail."""
    answer = httpx.get(f"{qbo.base}/companyinfo/{REALM}", headers={"Authorization": "Bearer stale-one"})
    body = answer.json()
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    error = body["fault"]["error"][0]
    assert (error["code"], body["fault"]["type"]) == ("3200", "AUTHENTICATION")
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert "stale-one" in error["detail"]
    assert isinstance(body["time"], int)


@pytest.mark.rule("QBC1")
def test_another_realm_is_forbidden(qbo: Caller) -> None:
    """A token opens its own company only."""
    answer = qbo.http.get(f"{qbo.root}/v3/company/999/companyinfo/999")
    assert answer.status_code == 403
    assert answer.json()["Fault"]["Error"][0]["code"] == "3100"


def test_discovery_points_back_here(qbo: Caller) -> None:
    """The discovery document names this port's addresses."""
    found = httpx.get(f"{qbo.root}/.well-known/openid_sandbox_configuration/").json()
    assert found["token_endpoint"] == f"{qbo.root}/oauth2/v1/tokens/bearer"
    assert found["revocation_endpoint"].startswith(qbo.root)


def test_a_reset_keeps_tokens_and_admits_the_first_again(qbo: Caller, office: TokenOffice) -> None:
    """After a reset a client may go on with its token, and a new one may start."""
    answer = _token(qbo, "sandbox-refresh").json()
    qbo.reset()
    assert _token(qbo, answer["refresh_token"]).status_code == 200
    assert _token(qbo, "sandbox-refresh").status_code == 200
