"""Throttles, faults on demand, and the log of what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.sandbox.frame.server import SandboxConfig, running
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import REALM, Caller


@pytest.fixture
def trouble(qbo: Caller) -> Iterator[Caller]:
    """A company with one customer and one invoice; faults are gone afterwards."""
    qbo.invoice(qbo.customer())
    qbo.sandbox.traffic["quickbooks"].clear()
    yield qbo
    qbo.sandbox.faults["quickbooks"].clear()


def _load(qbo: Caller, *rules: dict[str, Any]) -> None:
    answer = qbo.http.post(f"{qbo.root}/_sandbox/faults", json={"rules": list(rules)})
    assert answer.json() == {"loaded": len(rules)}


def _create(qbo: Caller, name: str) -> httpx.Response:
    return qbo.call("POST", "customer", {"DisplayName": name})


@pytest.mark.rule("QBT23", "QBC8")
def test_throttles_count_on_the_sandbox_clock() -> None:
    """The eleventh request of a second is 429 with code 3001 and no Retry-After; later ones pass; batches have 40."""
    with running(SandboxConfig(clock_frozen=True)) as served:
        qbo = Caller(served)
        answers = [qbo.call("GET", f"companyinfo/{REALM}") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        error = answers[-1].json()["Fault"]["Error"][0]
        assert (error["code"], answers[-1].json()["Fault"]["type"]) == ("3001", "SERVICE")
        assert "retry-after" not in answers[-1].headers
        served.sandbox.clock.advance(60)
        item = {"bId": "1", "Query": "select count(*) from Item"}
        statuses = []
        for place in range(41):
            statuses.append(qbo.call("POST", "batch", {"BatchItemRequest": [item]}).status_code)
            if place % 9 == 8:
                served.sandbox.clock.advance(1.1)
        assert statuses == [200] * 40 + [429]
        assert served.sandbox.traffic["quickbooks"].summary()["throttled"] == 2
        qbo.http.close()


@pytest.mark.rule("QBC8")
@pytest.mark.parametrize(
    ("do", "status"),
    [
        ("429", 429),
        ("500", 500),
        ("503", 503),
        ("403", 403),
        ("401", 401),
        ("html_maintenance", 503),
        ("423", 423),
        ("502", 502),
        ("504", 504),
    ],
)
def test_refused_before_anything_happens(trouble: Caller, do: str, status: int) -> None:
    """These faults answer in place of the service; the next request is served."""
    _load(trouble, {"do": do, "when": {"write": "create", "object": "Customer", "nth": 1}})
    answer = _create(trouble, "Bob")
    assert answer.status_code == status
    if do in ("500", "502", "503", "504", "html_maintenance"):
        assert answer.text.startswith("<")
    assert _create(trouble, "Bob").status_code == 200


@pytest.mark.rule("QBO6", "QBC8")
def test_the_status_of_some_refusals_is_a_switch(trouble: Caller) -> None:
    """Codes 10000 and 3100 have been told of under several HTTP statuses: 500 and 403 here, another by switch."""
    _load(trouble, {"do": "system_fault", "when": {"write": "create"}}, {"do": "403", "when": {"read": "any"}})
    for status, forbidden in ((500, 403), (200, 401)):
        trouble.sandbox.switches.change({"qb_system_fault_status": status, "qb_forbidden_status": forbidden})
        broken = _create(trouble, "Bob")
        assert (trouble.fault(broken), broken.json()["Fault"]["type"]) == ((status, "10000"), "SystemFault")
        assert trouble.fault(trouble.call("GET", "customer/1")) == (forbidden, "3100")


@pytest.mark.rule("QBT22")
def test_reads_are_metered_and_writes_are_not(trouble: Caller) -> None:
    """Each read that succeeds counts once, each query of a batch too; writes, refusals and tokens are free."""
    trouble.query("select * from Customer")
    trouble.call("GET", "cdc", entities="Customer,Item", changedSince="2026-11-20T00:00:00Z")
    queries = [{"bId": str(place), "Query": "select * from Item"} for place in range(3)]
    trouble.batch(*queries, {"bId": "w", "operation": "create", "Customer": {"DisplayName": "Bob"}})
    _create(trouble, "Cleo")
    assert trouble.call("GET", "customer/999").status_code == 400
    assert trouble.http.get(f"{trouble.root}/_sandbox/requests").json()["metered_reads"] == 5


@pytest.mark.rule("QBT20", "QBC8")
def test_the_answer_is_lost_after_the_write(trouble: Caller) -> None:
    """apply_then_reset takes full effect and cuts the connection; `then` holds until faults are cleared."""
    rule = {
        "system": "quickbooks",
        "do": "apply_then_reset",
        "when": {"write": "create", "object": "Invoice", "nth": 2},
        "then": {"all_requests": 503},
    }
    _load(trouble, rule)
    body = {"CustomerRef": {"value": "1"}, "Line": [trouble.line()]}
    assert trouble.call("POST", "invoice", body).status_code == 200
    item = {"bId": "1", "operation": "create", "Invoice": body}
    with pytest.raises(httpx.TransportError):
        trouble.call("POST", "batch", {"BatchItemRequest": [item]})
    assert trouble.call("GET", "invoice/1").status_code == 503
    _load(trouble)
    assert trouble.query("select count(*) from Invoice") == {"totalCount": 3}


@pytest.mark.rule("QBC8")
def test_cut_before_the_write(trouble: Caller) -> None:
    """reset_before cuts the connection and nothing has happened."""
    _load(trouble, {"do": "reset_before", "when": {"write": "any", "nth": 1}})
    with pytest.raises(httpx.TransportError):
        _create(trouble, "Bob")
    assert trouble.query("select count(*) from Customer") == {"totalCount": 1}


@pytest.mark.rule("QBC8")
def test_answers_that_break(trouble: Caller) -> None:
    """An empty body, half a body, and a 500 after the write took effect."""
    _load(trouble, {"do": "empty_body", "when": {"write": "create", "nth": 1}})
    assert _create(trouble, "Bob").content == b""
    _load(trouble, {"do": "close_mid_body", "when": {"write": "create", "nth": 1}})
    with pytest.raises(httpx.TransportError):
        _create(trouble, "Cleo")
    _load(trouble, {"do": "apply_then_500", "when": {"write": "create", "nth": 1}})
    assert _create(trouble, "Dan").status_code == 500
    assert trouble.query("select count(*) from Customer") == {"totalCount": 4}


@pytest.mark.rule("QBT4", "QBT23", "QBC8")
def test_faults_that_hide_in_a_200(trouble: Caller) -> None:
    """A Fault at the top of a 200, and a throttled item inside a batch."""
    _load(trouble, {"do": "fault_in_200", "when": {"write": "create", "nth": 1}})
    answer = _create(trouble, "Bob")
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (200, "6000")
    _load(trouble, {"do": "429_item", "when": {"write": "create", "record": "Cleo"}})
    answers = trouble.batch(
        {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Bob"}},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "Cleo"}},
    )
    assert "Customer" in answers["1"]
    assert answers["2"]["Fault"]["Error"][0]["code"] == "3001"
    _load(trouble, {"do": "batch_refused", "when": {"write": "create", "nth": 1}})
    item = {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Dan"}}
    assert trouble.call("POST", "batch", {"BatchItemRequest": [item]}).status_code == 400


@pytest.mark.rule("QBC8", "QBT15")
@pytest.mark.parametrize(
    ("do", "code"), [("stale_token", "5010"), ("change_before_write", "5010"), ("delete_before_write", "610")]
)
def test_someone_gets_in_between(trouble: Caller, do: str, code: str) -> None:
    """Between our read and our write a person touches, changes or deletes the invoice."""
    _load(trouble, {"do": do, "when": {"write": "update", "object": "Invoice", "nth": 1}})
    body = {"Id": "1", "SyncToken": "0", "sparse": True, "PrivateNote": "ours"}
    assert trouble.refusal("Invoice", body) == code
    if do == "change_before_write":
        assert "edited by a person" in trouble.get("Invoice", "1")["PrivateNote"]


@pytest.mark.rule("QBC8")
def test_a_page_loses_its_tail(trouble: Caller) -> None:
    """truncate_page answers fewer rows than there are and says nothing."""
    for name in ("a", "b", "c"):
        trouble.customer(name)
    _load(trouble, {"do": "truncate_page", "when": {"read": "query", "object": "Customer", "nth": 1}})
    assert trouble.query("select * from Customer")["maxResults"] == 2
    assert trouble.query("select * from Customer")["maxResults"] == 4


@pytest.mark.rule("QBT1", "QBC8")
def test_tokens_rotated_by_others_and_lost(trouble: Caller) -> None:
    """token_rotated makes ours dead; token_lost rotates and loses the answer."""
    form = {"grant_type": "refresh_token", "refresh_token": "sandbox-refresh"}
    url = f"{trouble.root}/oauth2/v1/tokens/bearer"
    office = trouble.sandbox.quickbooks.office
    with httpx.Client(auth=("sandbox-client", "sandbox-secret")) as http:
        office.admit_first()
        _load(trouble, {"do": "token_rotated", "times": 1})
        assert http.post(url, data=form).status_code == 400
        office.admit_first()
        _load(trouble, {"do": "token_lost", "times": 1})
        with pytest.raises(httpx.TransportError):
            http.post(url, data=form)
        assert http.post(url, data=form).status_code == 400
    assert trouble.sandbox.traffic["quickbooks"].summary()["total"] == 0


@pytest.mark.rule("QBT5")
def test_messages_in_another_language(trouble: Caller) -> None:
    """Texts may be localised; the code stays."""
    trouble.sandbox.switches.change({"qb_localised_messages": True})
    error = _create(trouble, "Ada Lovelace").json()["Fault"]["Error"][0]
    assert (error["code"], error["Message"]) == ("6240", "Le nom existe déjà")


@pytest.mark.rule("QBC2", "QBC9")
def test_unknown_routes_and_the_log(trouble: Caller) -> None:
    """Unknown routes are 400/500; every answer has an intuit_tid; the log knows reads from writes."""
    answer = trouble.call("GET", "gizmo/1")
    assert trouble.fault(answer) == (400, "500")
    assert answer.headers["intuit_tid"]
    assert trouble.fault(trouble.call("PUT", "customer", {})) == (400, "500")
    trouble.batch({"bId": "1", "Query": "select * from Customer"})
    trouble.batch({"bId": "1", "operation": "create", "Customer": {"DisplayName": "Bob"}})
    summary = trouble.http.get(f"{trouble.root}/_sandbox/requests").json()
    assert (summary["total"], summary["writes"], summary["reads"]) == (4, 1, 3)
    assert summary["by_endpoint"]["POST /v3/company/{realm}/batch"] == 2
    entries = trouble.http.get(f"{trouble.root}/_sandbox/traffic").json()
    assert [entry["write"] for entry in entries] == [False, False, False, True]
    assert '"DisplayName": "Bob"' in entries[-1]["body"]
    assert trouble.http.delete(f"{trouble.root}/_sandbox/requests").json()["total"] == 0


@pytest.mark.rule("QBT24", "QBC2")
def test_old_minor_versions_and_missing_accept_are_tolerated(trouble: Caller) -> None:
    """minorversion below 75 changes nothing; no Accept is answered in JSON and noted."""
    assert trouble.call("GET", "customer/1", minorversion="14").status_code == 200
    plain = httpx.get(f"{trouble.base}/customer/1", headers={"Authorization": "Bearer sandbox-access"})
    assert plain.json()["Customer"]["Id"] == "1"
    assert "Accept" in str(trouble.sandbox.traffic["quickbooks"].diagnostics[-1]["note"])


def test_malformed_bodies_are_refused(trouble: Caller) -> None:
    """What is no JSON object is a 400, whatever it is."""
    for raw in (b"{", b"[1]", b"7", b'"x"', b"null", b'{"DisplayName": NaN}', b"\xff\xfe"):
        answer = trouble.http.post(f"{trouble.base}/customer", content=raw)
        assert answer.status_code == 400, raw
        assert answer.json()["Fault"]["Error"][0]["code"].isdigit()
