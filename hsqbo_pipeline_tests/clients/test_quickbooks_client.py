"""What the QuickBooks client sends, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.clients.quickbooks.answers import BatchItem
from hsqbo_pipeline.errors import RateLimitError, RecordError, RemoteError, UncertainError
from hsqbo_pipeline_tests.clients.stub import REALM, Script, fault, quickbooks, rows
from hsqbo_pipeline_tests.clients.virtual_time import virtual_run

TIME = "2026-11-22T20:00:00.123-08:00"


def _json(body: dict[str, Any], status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={**body, "time": TIME}, headers={"intuit_tid": "1-tid"})


def test_a_query_is_posted_as_text_with_the_minor_version() -> None:
    """The statement is the body, so neither length nor `+` and `&` can go wrong."""
    script = Script(rows("Item", [{"Id": "1", "UnitPrice": 12.5}]))

    async def main() -> list[Any]:
        return [page async for page in quickbooks(script).query_pages("Item")]

    (page,) = virtual_run(main())
    request = script.requests[0]
    assert (request.method, request.url.path) == ("POST", f"/v3/company/{REALM}/query")
    assert dict(request.url.params) == {"minorversion": "75"}
    assert request.headers["content-type"] == "application/text"
    assert request.content.decode() == (
        "SELECT *, Sku FROM Item WHERE Active IN (true, false) ORDERBY MetaData.LastUpdatedTime "
        "STARTPOSITION 1 MAXRESULTS 1000"
    )
    assert page.records[0]["UnitPrice"] == Decimal("12.5")
    assert page.time == datetime(2026, 11, 23, 4, 0, 0, 123000, tzinfo=UTC)
    assert page.request_id == "1-tid"


def test_a_look_up_by_a_unique_name_needs_no_second_page_to_know_its_end() -> None:
    """A thousand ids that all exist cost one request; a property that is not unique is read to a short page."""
    ids = [str(number) for number in range(1000)]
    full = [{"Id": each, "Sku": "S"} for each in ids]
    script = Script(rows("Item", full))
    assert len(virtual_run(quickbooks(script).query_in("Item", "Id", ids))) == 1000
    script = Script(rows("Item", full), rows("Item", [{"Id": "x"}]))
    assert len(virtual_run(quickbooks(script).query_in("Item", "Sku", ["S"]))) == 1001
    assert "STARTPOSITION 1001" in script.requests[1].content.decode()


def test_count_reads_the_total() -> None:
    """COUNT(*) answers with totalCount and nothing else; an answer without one is an error, not zero."""
    script = Script(_json({"QueryResponse": {"totalCount": 6}}), _json({"QueryResponse": {}}))
    client = quickbooks(script)

    async def main() -> int:
        total = await client.count("Invoice", "TxnDate >= '2026-01-01'")
        with pytest.raises(RemoteError, match="totalCount"):
            await client.count("Invoice")
        return total

    assert virtual_run(main()) == 6
    assert script.requests[0].content == b"SELECT COUNT(*) FROM Invoice WHERE TxnDate >= '2026-01-01'"


def test_cdc_gives_the_living_and_the_deleted_apart() -> None:
    """Deleted stubs never reach code that expects a whole invoice; entity names match in any case."""
    stub = {"domain": "QBO", "status": "Deleted", "Id": "979", "MetaData": {"LastUpdatedTime": TIME}}
    body = {
        "CDCResponse": [
            {"QueryResponse": [{"Customer": [{"Id": "1"}]}, {"invoice": [{"Id": "2"}, stub], "maxResults": 2}, {}]}
        ]
    }
    script = Script(_json(body))
    since = datetime(2026, 11, 1, 8, tzinfo=UTC)
    changes = virtual_run(quickbooks(script).cdc(["Customer", "Invoice", "Payment"], since))
    assert changes.records == {"Customer": [{"Id": "1"}], "Invoice": [{"Id": "2"}], "Payment": []}
    assert changes.deleted == {"Customer": [], "Invoice": [stub], "Payment": []}
    assert changes.truncated == frozenset()
    assert "changedSince=2026-11-01T08%3A00%3A00%2B00%3A00" in str(script.requests[0].url)


@pytest.mark.rule("D14", "SYS_EXTRACT_TRUNCATED")
def test_cdc_at_its_cap_names_what_may_be_cut_off() -> None:
    """A thousand objects is the cap and there is no next page: the entities in the answer must be queried."""
    body = {"CDCResponse": [{"QueryResponse": [{"Item": [{"Id": str(n)} for n in range(1000)]}, {}]}]}
    script = Script(_json(body))
    changes = virtual_run(quickbooks(script).cdc(["Item", "Customer"], datetime(2026, 11, 1, tzinfo=UTC)))
    assert changes.truncated == {"Item"}


@pytest.mark.parametrize(
    ("entity", "operation", "params"),
    [
        ("Invoice", None, {"requestid": "r", "minorversion": "75"}),
        ("Invoice", "void", {"operation": "void", "requestid": "r", "minorversion": "75"}),
        ("Invoice", "delete", {"operation": "delete", "requestid": "r", "minorversion": "75"}),
        ("Payment", "void", {"operation": "update", "include": "void", "requestid": "r", "minorversion": "75"}),
    ],
)
def test_each_write_goes_where_quickbooks_expects_it(entity: str, operation: Any, params: dict[str, str]) -> None:
    """Payments are voided by an update with include=void, invoices by operation=void."""
    script = Script(_json({entity: {"Id": "1", "SyncToken": "1"}}))
    body = {"Id": "1", "SyncToken": "0", "TotalAmt": Decimal("10.10")}
    answer = virtual_run(quickbooks(script).post(entity, body, operation, requestid="r"))
    request = script.requests[0]
    assert dict(request.url.params) == params
    assert request.url.path.endswith(f"/{entity.lower()}")
    assert b'"TotalAmt":10.10' in request.content
    assert (answer.record["SyncToken"], answer.request_id) == ("1", "1-tid")


def test_request_ids_that_quickbooks_would_cut_are_refused_before_sending() -> None:
    """50 characters for one write, 36 for a batch and 10 for each bId: anything longer breaks the replay."""
    client = quickbooks(Script())
    item = BatchItem("1", "create", "Invoice")
    for main in (
        client.post("Invoice", {}, requestid="x" * 51),
        client.batch([item], "x" * 37),
        client.batch([BatchItem("12345678901", "create", "Invoice")]),
        client.batch([item, item]),
        client.batch([BatchItem(str(n), "create", "Invoice") for n in range(31)]),
        client.batch([]),
    ):
        with pytest.raises(ValueError, match=r"characters|1 to 30"):
            virtual_run(_awaited(main))


async def _awaited(main: Any) -> Any:
    return await main


def test_a_batch_answers_each_item_in_any_order_with_its_own_error() -> None:
    """bId ties answers to items; each error's class says what to do with its item."""
    faults = {"2": "6240", "3": "3001", "4": "10000"}
    parts: list[dict[str, Any]] = [
        {"Fault": {"Error": [{"Message": "m", "code": code, "element": ""}], "type": "ValidationFault"}, "bId": bid}
        for bid, code in faults.items()
    ]
    parts.append({"Customer": {"Id": "9"}, "bId": "1"})
    script = Script(_json({"BatchItemResponse": list(reversed(parts))}))
    items = [BatchItem(str(n), "create", "Customer", {"DisplayName": f"C{n}"}) for n in range(1, 6)]
    answers = virtual_run(quickbooks(script).batch(items, "batch-1"))
    assert [answer.bid for answer in answers] == ["1", "2", "3", "4", "5"]
    assert answers[0].record == {"Id": "9"}
    assert [type(answer.error) for answer in answers] == [
        type(None),
        RecordError,
        RateLimitError,
        UncertainError,
        UncertainError,
    ]
    assert answers[1].error is not None
    assert answers[1].error.code == "CUS_DISPLAY_NAME_TAKEN"
    assert dict(script.requests[0].url.params)["requestid"] == "batch-1"


def test_batch_items_have_quickbooks_shape() -> None:
    """A void is an update with the option void; other options go out as they are."""
    assert BatchItem("1", "void", "Payment", {"Id": "1"}).as_json() == {
        "bId": "1",
        "operation": "update",
        "Payment": {"Id": "1"},
        "optionsData": "void",
    }
    assert "optionsData" not in BatchItem("1", "create", "Invoice").as_json()


def test_a_batch_refused_as_a_whole_raises() -> None:
    """A fault instead of item answers concerns no single record."""
    with pytest.raises(RecordError):
        virtual_run(quickbooks(Script(fault(400, "1040"))).batch([BatchItem("1", "create", "Invoice")]))
    with pytest.raises(UncertainError):
        virtual_run(quickbooks(Script(_json({}))).batch([BatchItem("1", "create", "Invoice")]))


def test_list_entries_are_written_one_request_at_a_time_and_transactions_are_not() -> None:
    """Parallel writes of names collide on QuickBooks' locks."""
    busy, most = 0, {"customer": 0, "invoice": 0}

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal busy
        kind = request.url.path.rsplit("/", 1)[1]
        busy += 1
        most[kind] = max(most[kind], busy)
        await asyncio.sleep(0.2)
        busy -= 1
        return _json({kind.capitalize(): {"Id": "1"}})

    async def main() -> None:
        client = quickbooks(Script(answer, loop=True))
        await asyncio.gather(*(client.post("Customer", {}) for _ in range(4)))
        await asyncio.gather(*(client.post("Invoice", {}) for _ in range(8)))

    virtual_run(main())
    assert most == {"customer": 1, "invoice": 4}


@pytest.mark.rule("D82", "REF_REMOTE_GONE")
def test_a_missing_record_is_gone_not_a_failure() -> None:
    """GET of an id that does not exist answers 400 with code 610."""
    with pytest.raises(RecordError) as caught:
        virtual_run(quickbooks(Script(fault(400, "610"))).get("Invoice", "5"))
    assert (caught.value.code, caught.value.category, caught.value.object) == ("REF_REMOTE_GONE", "610", "Invoice")


def test_the_probe_names_company_and_realm() -> None:
    """Doctor shows which books the login opens."""
    script = Script(_json({"CompanyInfo": {"CompanyName": "Chinook", "Country": "US"}}))
    probe = virtual_run(quickbooks(script).probe())
    assert (probe.account_id, probe.account_name, probe.details["Country"]) == (REALM, "Chinook", "US")
    assert script.requests[0].url.path.endswith(f"/companyinfo/{REALM}")
