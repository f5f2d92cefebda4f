"""What the HubSpot client asks for, and what it makes of the answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.clients.hubspot.answers import Associated
from hsqbo_pipeline.errors import RemoteError
from hsqbo_pipeline_tests.clients.stub import SECRET, Script, hubspot, refusal, results
from hsqbo_pipeline_tests.clients.virtual_time import virtual_run

BASE = "/crm/objects/2026-09"


def _record(record_id: str, **properties: str) -> dict[str, Any]:
    return {"id": record_id, "properties": properties, "archived": False}


def _page(records: list[dict[str, Any]], after: str | None = None, **more: Any) -> httpx.Response:
    body = {"results": records, **more}
    if after:
        body["paging"] = {"next": {"after": after}}
    headers = {"date": "Mon, 23 Nov 2026 04:05:06 GMT", "x-hubspot-correlation-id": "c-1"}
    return httpx.Response(200, json=body, headers=headers)


def test_lists_are_walked_to_the_end_with_the_systems_own_time() -> None:
    """Pages follow `after`; each carries HubSpot's Date and correlation id; deals go by their type id."""
    script = Script(_page([_record("1")], after="2"), _page([_record("2")]))

    async def main() -> list[Any]:
        return [page async for page in hubspot(script).list_pages("deals", ["dealname", "amount"], ["contacts"])]

    pages = virtual_run(main())
    assert [page.records[0]["id"] for page in pages] == ["1", "2"]
    assert (pages[0].time, pages[0].request_id) == (datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC), "c-1")
    assert script.requests[0].url.path == f"{BASE}/0-3"
    wanted = {"limit": "100", "properties": "dealname,amount", "associations": "contacts"}
    assert dict(script.requests[0].url.params) == wanted
    assert dict(script.requests[1].url.params) == {**wanted, "after": "2"}
    assert script.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_search_goes_past_ten_thousand_by_id() -> None:
    """Each page begins behind the last id, so neither the cap nor shifting records cut anything off."""
    portal = [_record(str(number)) for number in range(1, 10_451)]

    def answer(request: httpx.Request) -> httpx.Response:
        import json

        body = json.loads(request.content)
        assert "after" not in body
        behind = [f for group in body["filterGroups"] for f in group["filters"] if f["propertyName"] == "hs_object_id"]
        found = [record for record in portal if not behind or int(record["id"]) > int(behind[0]["value"])]
        limit = body["limit"]
        return _page(found[:limit], after=str(limit) if len(found) > limit else None, total=len(found))

    script = Script(answer, loop=True)
    group = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "0"}]

    async def main() -> list[str]:
        pages = hubspot(script).search_pages("contacts", [group], ["email"])
        return [record["id"] async for page in pages for record in page.records]

    assert virtual_run(main()) == [record["id"] for record in portal]
    assert len(script.requests) == 53
    last = script.bodies()[-1]["filterGroups"][0]["filters"]
    assert last[0] == group[0]
    assert last[1]["operator"] == "GT"


@pytest.mark.rule("D14", "SYS_EXTRACT_TRUNCATED")
@pytest.mark.parametrize(
    "page",
    [
        _page([_record("1")], total=5),
        _page([_record("2"), _record("1")], total=2),
        _page([], after="200", total=5),
    ],
)
def test_a_search_that_stops_short_never_passes_as_complete(page: httpx.Response) -> None:
    """Fewer records than the total, a broken order or an endless page is an error, not an end."""

    async def main() -> None:
        assert [found async for found in hubspot(Script(page)).search_pages("contacts", [], ["email"])] == []

    with pytest.raises(RemoteError) as caught:
        virtual_run(main())
    assert caught.value.code == "SYS_EXTRACT_TRUNCATED"


def _missing(*ids: str) -> dict[str, Any]:
    """What HubSpot says of ids it has no record of."""
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": list(ids)}}


@pytest.mark.rule("D36", "ID_MERGED_AWAY")
def test_batch_read_tells_missing_from_merged() -> None:
    """A survivor that names the id it took in is a move; an id in `errors` is missing."""
    answer = results(
        [_record("1"), _record("90", hs_merged_object_ids="2;7")],
        207,
        errors=[_missing("3")],
    )
    script = Script(answer)
    read = virtual_run(hubspot(script).batch_read("contacts", ["1", "2", "3", "1"], ["email"]))
    assert ([record["id"] for record in read.records], read.missing, read.moved) == (["1", "90"], ["3"], {"2": "90"})
    body = script.bodies()[0]
    assert [entry["id"] for entry in body["inputs"]] == ["1", "2", "3"]
    assert "hs_merged_object_ids" in body["properties"]


def test_batch_read_by_email_compares_as_hubspot_stores_it() -> None:
    """Addresses are lower-cased there; two spellings of one are one input."""
    script = Script(results([_record("1", email="ada@example.com")], 207, errors=[_missing("BOB@example.com")]))
    wanted = ["Ada@Example.com ", "ada@example.com", "bob@example.com"]
    read = virtual_run(hubspot(script).batch_read("contacts", wanted, ["firstname"], "email"))
    assert read.missing == ["bob@example.com"]
    assert script.bodies()[0]["idProperty"] == "email"
    assert len(script.bodies()[0]["inputs"]) == 2


@pytest.mark.parametrize(("history", "sizes"), [((), [100, 100, 30]), (("email",), [50, 50, 50, 50, 30])])
def test_batch_read_takes_any_number_in_the_largest_batches_allowed(history: tuple[str, ...], sizes: list[int]) -> None:
    """100 a request, 50 where property history is asked for."""

    def nothing(request: httpx.Request) -> httpx.Response:
        asked = [each["id"] for each in json.loads(request.content)["inputs"]]
        return results([], 207, errors=[_missing(*asked)])

    script = Script(nothing, loop=True)
    ids = [str(number) for number in range(230)]
    read = virtual_run(hubspot(script).batch_read("contacts", ids, ["email"], history=history))
    assert sorted((len(body["inputs"]) for body in script.bodies()), reverse=True) == sizes
    assert len(read.missing) == 230


@pytest.mark.rule("D14", "SYS_EXTRACT_TRUNCATED", "N13")
@pytest.mark.parametrize("errors", [[], [_missing("3")]])
def test_a_batch_read_that_is_merely_short_is_no_answer(errors: list[dict[str, Any]]) -> None:
    """A record left out without a word may be there: taken for missing it would count as deleted, or be made again."""
    script = Script(results([_record("1")], 207 if errors else 200, errors=errors))
    with pytest.raises(RemoteError) as caught:
        virtual_run(hubspot(script).batch_read("contacts", ["1", "2", "3"], ["email"]))
    assert caught.value.code == "SYS_EXTRACT_TRUNCATED"


def test_associations_are_read_to_their_last_page_with_text_ids() -> None:
    """Numbers and texts are one kind of id; labels of one pair are joined; pages go on per record."""

    def to(to_id: object, *types: int) -> dict[str, Any]:
        return {
            "toObjectId": to_id,
            "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": t} for t in types],
        }

    first = {"from": {"id": "1"}, "to": [to(9007199254740993, 409)], "paging": {"next": {"after": "a2"}}}
    script = Script(
        results([first, {"from": {"id": "2"}, "to": [to("5", 279), to("5", 1)]}], 207, errors=[{"category": "X"}]),
        results([{"from": {"id": "1"}, "to": [to("8", 409)]}]),
    )
    read = virtual_run(hubspot(script).associations_read("invoices", "line_items", ["1", "2", "3"]))
    assert read.links == {
        "1": [Associated("9007199254740993", frozenset({409})), Associated("8", frozenset({409}))],
        "2": [Associated("5", frozenset({1, 279}))],
        "3": [],
    }
    assert script.bodies()[1] == {"inputs": [{"id": "1", "after": "a2"}]}
    assert script.requests[0].url.path == "/crm/associations/2026-09/invoices/line_items/batch/read"


def test_the_probe_names_the_portal_and_scopes_are_told_where_known() -> None:
    """Doctor shows the portal; a token that HubSpot does not introspect has unknown scopes, not none."""
    script = Script(
        httpx.Response(200, json={"portalId": 24000001, "uiDomain": "app.hubspot.com", "timeZone": "UTC"}),
        httpx.Response(200, json={"active": True, "scopes": ["tax_rates.read"]}),
        refusal(404, "OBJECT_NOT_FOUND"),
    )
    client = hubspot(script)

    async def main() -> None:
        assert (await client.probe()).account_id == "24000001"
        assert await client.granted_scopes() == {"tax_rates.read"}
        assert await client.granted_scopes() is None

    virtual_run(main())
