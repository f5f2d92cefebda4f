"""Tokens, scopes, rate limits and faults: checklist 11 and 15 of the HubSpot reference, its sections 1 and 7."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A portal without rate limits."""
    return Desk()


@pytest.mark.parametrize("token", ["", "pat-unknown"])
def test_unknown_tokens_are_unauthenticated(desk: Desk, token: str) -> None:
    """A missing or unknown token is 401 INVALID_AUTHENTICATION, on every path."""
    desk.token = token
    for path in ("contacts", "/account-info/2026-09/details", "/nowhere"):
        refused = desk.get(path)
        assert (refused.status, refused["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "contacts", ["crm.objects.contacts.write"]),
        ("POST", "notes/batch/create", ["crm.objects.contacts.write"]),
        ("PATCH", "commerce_payments/1", ["crm.objects.commercepayments.write"]),
        ("DELETE", "taxes/1", ["crm.objects.line_items.write", "e-commerce"]),
        ("PUT", "invoices/1/associations/default/contacts/2",
         ["crm.objects.contacts.write", "crm.objects.invoices.write"]),
    ],
)  # fmt: skip
def test_a_read_only_token_writes_nothing(desk: Desk, method: str, path: str, scopes: list[str]) -> None:
    """Checklist 15, trap 26: 403 MISSING_SCOPES names the scopes that would do; reading goes on."""
    desk.token = "pat-readonly"
    refused = desk.ask(method, path, {})
    assert (refused.status, refused["category"]) == (403, "MISSING_SCOPES")
    assert refused["errors"][0]["context"]["requiredGranularScopes"] == scopes
    assert refused["links"]["scopes"].startswith("https://")
    assert desk.get("commerce_payments").status == 200


def test_oauth_tokens_live_half_an_hour(desk: Desk) -> None:
    """A refresh answers a token good for 1,800 s of the sandbox clock, and the refresh token again."""
    granted = _token(desk, grant_type="refresh_token", refresh_token="sandbox-refresh")
    assert (granted["expires_in"], granted["refresh_token"]) == (1800, "sandbox-refresh")
    desk.token = granted["access_token"]
    assert desk.get("contacts").status == 200
    assert _token(desk, "/introspect", token=desk.token)["active"] is True
    desk.clock.advance(1801)
    assert _token(desk, "/introspect", token=desk.token)["active"] is False
    expired = desk.get("contacts")
    assert (expired.status, expired["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert _token(desk, grant_type="refresh_token", refresh_token="revoked")["category"] == "BAD_REFRESH_TOKEN"
    assert desk.traffic.summary()["total"] == 2


def test_a_refresh_token_rotates_on_demand(desk: Desk) -> None:
    """token_rotated answers a new refresh token and ends the old one."""
    desk.faults.load([{"do": "token_rotated", "times": 1}])
    new = _token(desk, grant_type="refresh_token", refresh_token="sandbox-refresh")["refresh_token"]
    assert new != "sandbox-refresh"
    assert "access_token" not in _token(desk, grant_type="refresh_token", refresh_token="sandbox-refresh")
    assert "access_token" in _token(desk, grant_type="refresh_token", refresh_token=new)


def test_a_hundred_requests_in_ten_seconds() -> None:
    """Section 7: the 101st request in 10 s is refused with the documented body; headers count down; 190 by switch."""
    desk = Desk(limits=True)
    first = desk.get("contacts")
    assert first.headers["X-HubSpot-RateLimit-Max"] == "100"
    assert first.headers["X-HubSpot-RateLimit-Remaining"] == "99"
    assert first.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert {desk.get("contacts").status for _ in range(99)} == {200}
    refused = desk.get("contacts")
    assert refused.status == 429
    assert refused["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused["errorType"] == "RATE_LIMIT"
    assert "category" not in refused.body
    assert "Retry-After" not in refused.headers
    desk.clock.advance(10.1)
    assert desk.get("contacts").status == 200
    desk.switches.change({"hs_per_10s": 190})
    assert desk.get("contacts").headers["X-HubSpot-RateLimit-Max"] == "190"
    assert desk.traffic.summary()["throttled"] == 1


def test_five_searches_a_second_without_headers() -> None:
    """Section 3.4: five searches a second for the account, whose answers carry no rate-limit headers."""
    desk = Desk(limits=True)
    answers = [desk.search("contacts") for _ in range(6)]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert answers[5]["policyName"] == "SECONDLY"
    assert not [name for each in answers for name in each.headers if "ratelimit" in name.lower()]
    desk.clock.advance(1.1)
    assert desk.search("contacts").status == 200


def test_the_day_ends_at_midnight_of_the_portal() -> None:
    """Section 7: the daily limit is the account's and starts again at midnight in its time zone."""
    desk = Desk(limits=True)
    desk.switches.change({"hs_per_day": 2})
    assert [desk.get("contacts").status for _ in range(3)] == [200, 200, 429]
    assert desk.get("contacts")["policyName"] == "DAILY"
    desk.clock.advance(13.5 * 3600)  # 15:00 UTC is 10:00 in New York
    assert desk.get("contacts").status == 429
    desk.clock.advance(3600)
    assert desk.get("contacts").status == 200


@pytest.mark.parametrize(
    ("fault", "status", "mark"),
    [("429", 429, "TEN_SECONDLY_ROLLING"), ("429_daily", 429, "DAILY"), ("429_secondly", 429, "SECONDLY"),
     ("401", 401, "EXPIRED_AUTHENTICATION"), ("403", 403, "MISSING_SCOPES"), ("423", 423, "LOCKED"),
     ("477", 477, "MIGRATION_IN_PROGRESS"), ("batch_refused", 400, "VALIDATION_ERROR"), ("system_fault", 500, "INTERNAL_ERROR")],
)  # fmt: skip
def test_refusals_on_demand(desk: Desk, fault: str, status: int, mark: str) -> None:
    """Checklist 11: each refusal comes with its body, and nothing is written."""
    desk.faults.load([{"when": {"write": "create", "object": "contacts"}, "do": fault, "times": 1}])
    refused = desk.post("contacts", {"properties": {"email": "a@example.com"}})
    assert refused.status == status
    assert mark in (refused.body.get("policyName"), refused.body.get("category"))
    assert desk.portal.state()["contacts"] == []
    if status == 500:
        assert refused["message"] == "internal error"
    if status == 477:
        assert refused.headers["Retry-After"] == "3600"


def test_part_of_a_batch_fails_on_demand(desk: Desk) -> None:
    """partial_207 writes all inputs but one and names that one."""
    desk.faults.load([{"when": {"write": "create", "record": "b@example.com"}, "do": "partial_207"}])
    inputs = [{"properties": {"email": f"{each}@example.com"}, "objectWriteTraceId": each} for each in "abc"]
    answer = desk.post("contacts/batch/create", {"inputs": inputs})
    assert (answer.status, len(answer["results"]), answer["numErrors"]) == (207, 2, 1)
    assert answer["errors"][0]["context"]["objectWriteTraceId"] == ["b"]


@pytest.mark.parametrize(("fault", "status"), [("change_before_write", 200), ("delete_before_write", 404)])
def test_someone_gets_in_between_on_demand(desk: Desk, fault: str, status: int) -> None:
    """A person changes, or deletes, the target just before our write arrives."""
    contact = desk.make("contacts", email="a@example.com")
    desk.faults.load([{"when": {"write": "update", "object": "contacts"}, "do": fault, "times": 1}])
    body: dict[str, Any] = {"inputs": [{"id": contact, "properties": {"city": "Bonn"}}]}
    assert desk.post("contacts/batch/update", body).status == status
    if status == 200:
        history = desk.get(f"contacts/{contact}", propertiesWithHistory="jobtitle")["propertiesWithHistory"]
        assert history["jobtitle"][0]["sourceType"] == "CRM_UI"


def test_spoiled_answers_on_demand(desk: Desk) -> None:
    """A truncated page has half its rows and no paging; a late search lacks what is new; an error may come in a 200."""
    for n in range(4):
        desk.make("contacts", email=f"c{n}@example.com")
    desk.clock.advance(10)
    desk.faults.load([{"when": {"read": "list"}, "do": "truncate_page", "times": 1}])
    cut = desk.get("contacts", limit="3")
    assert (len(cut["results"]), "paging" in cut.body) == (1, False)
    desk.faults.load([{"when": {"read": "search"}, "do": "search_lag", "seconds": 60, "times": 1}])
    late = desk.search("contacts")
    assert (late["total"], late["results"]) == (4, [])
    desk.faults.load([{"when": {"read": "list"}, "do": "fault_in_200", "times": 1}])
    assert desk.get("contacts")["status"] == "error"


def test_a_lost_answer_means_a_done_write(desk: Desk) -> None:
    """Checklist 11: apply_then_500 writes and says it failed; 503 says so and writes nothing."""
    desk.faults.load([{"when": {"write": "create"}, "do": "apply_then_500", "times": 1}])
    desk_answers = []
    for fault in ("apply_then_500", "503"):
        desk.faults.load([{"when": {"write": "create"}, "do": fault, "times": 1}])
        desk_answers.append(_status(desk, "contacts", {"properties": {"firstname": fault}}))
    assert desk_answers == [500, 503]
    assert [each["properties"]["firstname"] for each in desk.portal.state()["contacts"]] == ["apply_then_500"]


def test_requests_are_named_and_counted(desk: Desk) -> None:
    """The traffic log tells reads from writes and leaves record ids open; people are not counted."""
    contact = desk.make("contacts", email="a@example.com")
    desk.get(f"contacts/{contact}")
    desk.post("contacts/batch/read", {"inputs": [{"id": contact}]})
    desk.search("contacts")
    desk.person("update", "contacts", id=contact, fields={"firstname": "Ada"})
    summary = desk.traffic.summary()
    assert (summary["total"], summary["reads"], summary["writes"]) == (4, 3, 1)
    assert summary["by_endpoint"]["GET /crm/objects/2026-09/contacts/{id}"] == 1
    assert b"a@example.com" in desk.traffic.entries[0].body_bytes
    assert "pat-" not in str(desk.traffic.listing())


def test_consent_is_for_one_address_and_its_scopes(desk: Desk) -> None:
    """Whoever opens the install address has agreed: the code works once, for that address, and gives those scopes alone."""
    asked = {"client_id": "hsqbo-sandbox", "redirect_uri": "http://localhost:1/cb", "state": "s",
             "scope": "crm.objects.contacts.read oauth"}  # fmt: skip
    codes = [_consented(desk, asked) for _ in range(2)]
    form = {"grant_type": "authorization_code", "redirect_uri": "http://localhost:1/cb"}
    assert (
        _token(desk, **form | {"redirect_uri": "http://localhost:2/cb"}, code=codes[0])["category"] == "BAD_AUTH_CODE"
    )
    granted = _token(desk, **form, code=codes[1])
    assert (granted["scopes"], granted["hub_id"]) == (["crm.objects.contacts.read"], 24_000_001)
    assert _token(desk, **form, code=codes[1])["category"] == "BAD_AUTH_CODE"
    desk.token = granted["access_token"]
    assert (desk.get("contacts").status, desk.get("products").status) == (200, 403)


def _consented(desk: Desk, asked: dict[str, str]) -> str:
    import asyncio

    import httpx

    async def send() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.app), base_url="http://portal") as client:
            refused = await client.get("/oauth/authorize", params=asked | {"scope": ""})
            assert refused.status_code == 400
            target = httpx.URL((await client.get("/oauth/authorize", params=asked)).headers["location"])
            assert target.params["state"] == "s"
            return str(target.params["code"])

    return asyncio.run(send())


def _token(desk: Desk, below: str = "", **fields: str) -> dict[str, Any]:
    import asyncio

    import httpx

    async def send() -> dict[str, Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.app), base_url="http://portal") as client:
            form = {"client_id": "hsqbo-sandbox", "client_secret": "x", **fields}
            answer: dict[str, Any] = (await client.post(f"/oauth/2026-09/token{below}", data=form)).json()
            return answer

    return asyncio.run(send())


def _status(desk: Desk, path: str, body: dict[str, Any]) -> int:
    import asyncio

    import httpx

    async def send() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.app), base_url="http://portal") as client:
            headers = {"Authorization": "Bearer pat-sandbox"}
            return (await client.post(f"/crm/objects/2026-09/{path}", json=body, headers=headers)).status_code

    return asyncio.run(send())
