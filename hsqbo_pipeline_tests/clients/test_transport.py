"""What is repeated, what is not, and what the caller is told when no clear answer comes."""

from __future__ import annotations

import logging
import pickle
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.clients.hubspot.answers import CreateInput
from hsqbo_pipeline.clients.opening import open_hubspot, quickbooks_token
from hsqbo_pipeline.clients.quickbooks.answers import BatchItem
from hsqbo_pipeline.clients.transport import check_base_url
from hsqbo_pipeline.errors import (
    AuthenticationError,
    ConfigurationError,
    HsqboError,
    RateLimitError,
    RecordError,
    RemoteError,
    UncertainError,
)
from hsqbo_pipeline_tests.clients.stub import SECRET, Script, fault, hubspot, quickbooks, refusal, results, rows
from hsqbo_pipeline_tests.clients.virtual_time import elapsed, virtual_run

INVOICE = httpx.Response(200, json={"Invoice": {"Id": "1", "SyncToken": "0"}, "time": "2026-11-22T20:00:00-08:00"})
HTML = httpx.Response(200, text="<html>maintenance</html>", headers={"content-type": "text/html"})
THROTTLE = fault(429, "003001", "message=ThrottleExceeded; errorCode=003001; statusCode=429")
LOST: list[Exception] = [
    httpx.ReadTimeout("no answer"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
    httpx.WriteError("broken pipe"),
]


async def _write(script: Script) -> Any:
    return await quickbooks(script).post("Invoice", {"CustomerRef": {"value": "1"}}, requestid="r1")


async def _read(script: Script) -> Any:
    return await quickbooks(script).query_in("Invoice", "Id", ["1"])


def _error(main: Any) -> HsqboError:
    with pytest.raises(HsqboError) as caught:
        virtual_run(main)
    return caught.value


@pytest.mark.parametrize("lost", [*LOST, httpx.ConnectError("refused"), httpx.Response(502, text="<html>"), HTML])
def test_a_read_is_repeated_whatever_went_wrong(lost: Any) -> None:
    """Reads survive lost answers, edge errors and HTML pages."""
    script = Script(lost, rows("Invoice", [{"Id": "1"}]))
    assert virtual_run(_read(script)) == [{"Id": "1"}]
    assert len(script.requests) == 2


@pytest.mark.rule("D12", "SYS_OUTCOME_UNCERTAIN")
@pytest.mark.parametrize(
    "lost",
    [*LOST, httpx.Response(500), httpx.Response(504, text="<html>"), fault(500, "10000"), fault(200, "10000"), HTML],
)
def test_a_write_without_a_clear_answer_is_sent_once_and_called_uncertain(lost: Any) -> None:
    """A write that may have taken effect is never repeated by the client."""
    script = Script(lost)
    error = _error(_write(script))
    assert isinstance(error, UncertainError)
    assert (error.code, error.system, len(script.requests)) == ("SYS_OUTCOME_UNCERTAIN", "quickbooks", 1)


@pytest.mark.parametrize(
    "refused", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), THROTTLE, fault(403, "3001")]
)
def test_a_write_that_surely_did_not_happen_is_repeated(refused: Any) -> None:
    """Refused connections and throttles took no effect, so the same write goes out again."""
    script = Script(refused, INVOICE)
    assert virtual_run(_write(script)).record["Id"] == "1"
    assert [request.url for request in script.requests] == [script.requests[0].url] * 2
    assert script.requests[0].content == script.requests[1].content


def test_a_throttled_write_inside_a_503_is_repeated() -> None:
    """A 503 whose body is a throttle was turned away at the door."""
    script = Script(fault(503, "3001"), INVOICE)
    virtual_run(_write(script))
    assert len(script.requests) == 2


@pytest.mark.parametrize("status", [423, 429])
def test_hubspot_writes_wait_out_locks_and_bursts(status: int) -> None:
    """423 and 429 are repeated after their time, writes included."""
    script = Script(refusal(status, "LOCKED"), results([], 204))

    async def main() -> float:
        await hubspot(script).batch_archive("contacts", ["1"])
        return elapsed()

    assert virtual_run(main()) >= (2 if status == 423 else 10)
    assert len(script.requests) == 2


@pytest.mark.rule("D7", "RATE_QBO")
def test_quickbooks_throttle_waits_a_minute_and_gives_up_in_the_end() -> None:
    """Each 429 is waited out for at least a minute; after six the run is told RATE_QBO."""
    script = Script(THROTTLE, loop=True)

    async def main() -> None:
        try:
            await _read(script)
        finally:
            assert elapsed() > 5 * 60

    error = _error(main())
    assert isinstance(error, RateLimitError)
    assert (error.code, error.retry_after, len(script.requests)) == ("RATE_QBO", 60.0, 6)


@pytest.mark.rule("D10", "RATE_HS_DAILY")
def test_the_daily_limit_ends_the_run_at_once() -> None:
    """Nothing is gained by waiting for midnight: one request, one error."""
    script = Script(httpx.Response(429, json={"policyName": "DAILY", "message": "You have reached your daily limit."}))
    error = _error(hubspot(script).properties("contacts"))
    assert isinstance(error, RateLimitError)
    assert (error.code, error.policy, len(script.requests)) == ("RATE_HS_DAILY", "DAILY", 1)


def test_an_account_being_moved_stops_at_once() -> None:
    """HTTP 477 may last a day, so it is not waited for."""
    script = Script(httpx.Response(477, headers={"retry-after": "3600"}))
    assert isinstance(_error(hubspot(script).properties("contacts")), RemoteError)
    assert len(script.requests) == 1


@pytest.mark.rule("D11", "SYS_REMOTE_ERROR")
def test_an_unreachable_host_is_named_with_what_to_check() -> None:
    """After six attempts the error says that the host could not be reached, even for a write."""
    script = Script(httpx.ConnectError("refused"), loop=True)
    error = _error(_write(script))
    assert isinstance(error, RemoteError)
    assert "could not be reached" in str(error)
    assert len(script.requests) == 6


@pytest.mark.rule("D13", "SYS_FAULT_IN_SUCCESS")
def test_a_fault_inside_http_200_is_an_error_by_its_inner_code() -> None:
    """QuickBooks may say OK and refuse inside; the inner code decides."""
    error = _error(_write(Script(fault(200, "6140"))))
    assert isinstance(error, RecordError)
    assert (error.code, error.category, error.request_id) == ("INV_NUMBER_TAKEN", "6140", "1-fault")


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b'{"QueryResponse": 3}'])
def test_empty_and_odd_bodies_are_remote_errors(body: bytes) -> None:
    """Whatever stands in a body, the caller gets one of our errors."""
    assert isinstance(_error(_read(Script(httpx.Response(200, content=body), loop=True))), RemoteError)


def test_a_body_that_cannot_be_unpacked_is_a_lost_answer() -> None:
    """A broken gzip stream counts as no answer: uncertain for a write."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.DecodingError("bad gzip", request=request)

    assert isinstance(_error(_write(Script(broken))), UncertainError)


def test_every_request_is_counted_once_with_its_kind() -> None:
    """Totals, reads, writes, repeats and metered reads add up; ids are not part of an endpoint's name."""
    script = Script(httpx.Response(500), rows("Invoice", []), INVOICE, fault(400, "2010"))

    async def main() -> dict[str, Any]:
        client = quickbooks(script)
        await client.query_in("Invoice", "Id", ["1"])
        await client.post("Invoice", {}, "void")
        with pytest.raises(RecordError):
            await client.get("Invoice", "7")
        return client.counts.as_dict()

    assert virtual_run(main()) == {
        "total": 4,
        "reads": 3,
        "writes": 1,
        "retries": 1,
        "throttled": 0,
        "core_plus": 1,
        "by_endpoint": {"query Invoice": 2, "read Invoice": 1, "void Invoice": 1},
    }


def test_no_token_in_errors_or_logs_even_when_the_remote_repeats_it(caplog: pytest.LogCaptureFixture) -> None:
    """QuickBooks' 401 holds the token; neither the error nor any log record does."""
    token = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2.secret-part"
    body = {
        "warnings": None,
        "fault": {
            "error": [
                {
                    "message": f"message=AuthenticationFailed; token {token}",
                    "detail": f"Token expired: {token}",
                    "code": "3200",
                    "element": None,
                }
            ],
            "type": "AUTHENTICATION",
        },
        "time": 1601391072830,
    }
    tokens = quickbooks_token(__import__("pydantic").SecretStr(token))
    script = Script(httpx.Response(401, json=body), loop=True)
    with caplog.at_level(logging.DEBUG):
        error = _error(quickbooks(script, tokens).preferences())
        logging.getLogger("httpcore.http11").debug("send_request_headers %r", [(b"Authorization", f"Bearer {token}")])
    assert isinstance(error, AuthenticationError)
    assert error.code == "AUTH_QBO_EXPIRED"
    for text in (str(error), repr(error), repr(error.__dict__), repr(error.__cause__), caplog.text, repr(tokens)):
        assert "secret-part" not in text
        assert token[:20] not in text
    assert "send_request_headers" in caplog.text


def test_errors_survive_pickling_with_code_and_request_id() -> None:
    """An error that crosses a process border keeps what the report needs."""
    error = _error(_write(Script(fault(400, "6240", element="DisplayName"))))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.request_id, str(again)) == (
        type(error),
        error.code,
        error.request_id,
        str(error),
    )


@pytest.mark.parametrize("url", ["http://api.hubapi.com", "ftp://127.0.0.1", "api.hubapi.com", "http://127.0.0.1.evil"])
def test_plain_http_is_refused_beyond_this_machine(url: str) -> None:
    """A token is never sent in the clear over a network."""
    with pytest.raises(ConfigurationError, match="use https"):
        check_base_url(url)
    assert check_base_url("http://127.0.0.1:8801")
    assert not check_base_url("https://api.hubapi.com")


def test_an_api_version_we_do_not_know_is_a_configuration_error() -> None:
    """A typo in the version is told before the first request."""
    tokens = quickbooks_token(__import__("pydantic").SecretStr(SECRET))
    with pytest.raises(ConfigurationError, match="2026-09 or 2026-03"):
        open_hubspot("https://api.hubapi.com", "v3", tokens)


@pytest.mark.parametrize("shape", ["batch", "create"])
def test_a_lost_batch_is_uncertain_as_a_whole(shape: str) -> None:
    """Batches are writes like any other: one request, then UncertainError."""
    script = Script(httpx.ReadTimeout("no answer"))
    main = (
        quickbooks(script).batch([BatchItem("1", "create", "Invoice")], "r")
        if shape == "batch"
        else hubspot(script).batch_create("contacts", [CreateInput("t", {"email": "a@b.co"})])
    )
    assert isinstance(_error(_awaited(main)), UncertainError)
    assert len(script.requests) == 1


async def _awaited(main: Any) -> Any:
    return await main
