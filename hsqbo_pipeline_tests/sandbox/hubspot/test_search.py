"""Search: checklist 3 and 4 of the HubSpot reference, and its traps 8 to 12."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Five products a second apart, all of them settled in the index."""
    made = Desk()
    for n in range(5):
        made.make("products", name=f"Widget {n}", hs_sku=f"W-{n}", price=str(n * 10), hs_product_type="service")
        made.clock.advance(1)
    made.clock.advance(10)
    return made


def _names(answer: Any) -> list[str]:
    return [each["properties"]["name"] for each in answer["results"]]


def test_changes_appear_after_the_lag(desk: Desk) -> None:
    """Checklist 4, trap 8: a new record and a change are invisible for 5 s of the clock, an archived one at once."""
    record = desk.make("products", name="New")
    assert desk.search("products", ("name", "EQ", "new"))["total"] == 0
    desk.clock.advance(4)
    assert desk.search("products", ("name", "EQ", "new"))["total"] == 0
    desk.clock.advance(1.1)
    assert desk.search("products", ("name", "EQ", "new"))["total"] == 1
    desk.patch(f"products/{record}", name="Newer")
    assert _names(desk.search("products", ("name", "EQ", "new"))) == ["New"]
    desk.clock.advance(6)
    assert desk.search("products", ("name", "EQ", "new"))["total"] == 0
    assert _names(desk.search("products", ("name", "EQ", "newer"))) == ["Newer"]
    desk.ask("DELETE", f"products/{record}")
    assert desk.search("products", ("name", "EQ", "newer"))["total"] == 0


def test_two_changes_within_the_lag_appear_one_after_the_other(desk: Desk) -> None:
    """The index shows each past state for as long as the lag."""
    record = desk.make("products", name="A")
    desk.clock.advance(3)
    desk.patch(f"products/{record}", name="B")
    desk.clock.advance(2.1)
    assert _names(desk.search("products", ("hs_object_id", "EQ", record))) == ["A"]
    desk.clock.advance(3)
    assert _names(desk.search("products", ("hs_object_id", "EQ", record))) == ["B"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("price", "GT", "20"), {3, 4}),
        (("price", "GTE", "20"), {2, 3, 4}),
        (("price", "LT", "10"), {0}),
        (("price", "LTE", "10.0"), {0, 1}),
        (("price", "EQ", "10.00"), {1}),
        (("price", "NEQ", "10"), {0, 2, 3, 4}),
        (("price", "BETWEEN", "10", "30"), {1, 2, 3}),
        (("name", "EQ", "WIDGET 3"), {3}),
        (("name", "CONTAINS_TOKEN", "widget"), {0, 1, 2, 3, 4}),
        (("name", "CONTAINS_TOKEN", "wid*"), {0, 1, 2, 3, 4}),
        (("name", "NOT_CONTAINS_TOKEN", "3"), {0, 1, 2, 4}),
        (("hs_product_type", "EQ", "service"), {0, 1, 2, 3, 4}),
        (("hs_product_type", "EQ", "SERVICE"), set()),
        (("description", "NOT_HAS_PROPERTY"), {0, 1, 2, 3, 4}),
        (("description", "HAS_PROPERTY"), set()),
        (("hs_lastmodifieddate", "GTE", "2026-11-24T15:00:03Z"), {3, 4}),
        (("hs_lastmodifieddate", "LT", "1795532401000"), {0}),
        (("createdate", "BETWEEN", "2026-11-24T15:00:01Z", "2026-11-24T15:00:02.900Z"), {1, 2}),
    ],
)
def test_operators(desk: Desk, condition: tuple[str, ...], found: set[int]) -> None:
    """Every operator, numbers as numbers, text without case, options with case, dates as ISO or milliseconds."""
    answer = desk.search("products", condition)
    assert {int(name[-1]) for name in _names(answer)} == found
    assert answer["total"] == len(found)


@pytest.mark.parametrize(("values", "found"), [(["w-1", "w-2"], 2), (["W-1", "w-2"], 1)])
def test_in_wants_lower_case(desk: Desk, values: list[str], found: int) -> None:
    """Trap 12: values of IN on text in upper case match nothing."""
    query = {"filterGroups": [{"filters": [{"propertyName": "hs_sku", "operator": "IN", "values": values}]}]}
    assert desk.post("products/search", query)["total"] == found
    query["filterGroups"][0]["filters"][0]["operator"] = "NOT_IN"
    assert desk.post("products/search", query)["total"] == 5 - found


def test_groups_are_or_and_filters_and(desk: Desk) -> None:
    """A record matches if all filters of one group do; a bare `filters` array is one group; `query` narrows."""
    low = {"propertyName": "price", "operator": "LT", "value": "10"}
    high = {"propertyName": "price", "operator": "GT", "value": "20"}
    last = {"propertyName": "name", "operator": "EQ", "value": "widget 4"}
    found = desk.post("products/search", {"filterGroups": [{"filters": [low]}, {"filters": [high, last]}]})
    assert _names(found) == ["Widget 0", "Widget 4"]
    assert desk.post("products/search", {"filters": [high]})["total"] == 2
    assert _names(desk.post("products/search", {"query": "w-3"})) == ["Widget 3"]


@pytest.mark.parametrize("sort", ["-hs_object_id", {"propertyName": "hs_object_id", "direction": "DESCENDING"}])
def test_sorts_as_text_or_object(desk: Desk, sort: object) -> None:
    """One sort, written either way; `after` is an offset (trap 11); the default is oldest first."""
    first = desk.search("products", sorts=[sort], limit=2)
    assert _names(first) == ["Widget 4", "Widget 3"]
    assert first["paging"]["next"]["after"] == "2"
    assert _names(desk.search("products", sorts=[sort], limit=3, after="2")) == ["Widget 2", "Widget 1", "Widget 0"]
    assert _names(desk.search("products"))[0] == "Widget 0"
    assert desk.search("products", sorts=["name", "price"]).status == 400


def test_keyset_paging_by_id(desk: Desk) -> None:
    """Trap 9: filtering on hs_object_id and sorting by it walks past any cap, and `total` counts what is left."""
    seen: list[str] = []
    last = "0"
    for _ in range(3):
        answer = desk.search(
            "products", ("hs_lastmodifieddate", "GTE", "2026-11-24"), ("hs_object_id", "GT", last),
            sorts=["hs_object_id"], limit=2,
        )  # fmt: skip
        assert answer["total"] == 5 - len(seen)
        seen += _names(answer)
        last = answer["results"][-1]["id"]
    assert seen == [f"Widget {n}" for n in range(5)]


def _many(groups: int, filters: int) -> dict[str, Any]:
    one = {"propertyName": "price", "operator": "GT", "value": "1"}
    return {"filterGroups": [{"filters": [one] * filters} for _ in range(groups)]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"limit": 200}, 200), ({"limit": 201}, 400), ({"after": "9990", "limit": 10}, 200),
        ({"after": "9991", "limit": 10}, 400), (_many(5, 3), 200), (_many(6, 1), 400), (_many(1, 6), 200),
        (_many(1, 7), 400), (_many(4, 5), 400), ({"query": "x" * 3001}, 400), ({"sorts": ["nothing"]}, 400),
        ({"filters": [{"propertyName": "nothing", "operator": "EQ", "value": "1"}]}, 400),
        ({"filters": [{"propertyName": "price", "operator": "LIKE", "value": "1"}]}, 400),
        ({"filters": [{"propertyName": "price", "operator": "EQ", "value": "abc"}]}, 400),
        ({"filters": [{"propertyName": "price", "operator": "EQ"}]}, 400),
        ({"filters": [{"propertyName": "price", "operator": "IN", "values": []}]}, 400),
        ({"filters": [{"propertyName": "price", "operator": "BETWEEN", "value": "1"}]}, 400),
    ],
)  # fmt: skip
def test_limits(desk: Desk, body: dict[str, Any], status: int) -> None:
    """Checklist 3: 200 a page, 10,000 results, 3,000 characters, 5 groups, 6 filters each, 18 in all."""
    answer = desk.post("products/search", body)
    assert answer.status == status
    if status == 400:
        assert answer["category"] == "VALIDATION_ERROR"


def test_associations_as_pseudo_property(desk: Desk) -> None:
    """`associations.contact` with EQ finds the invoices of a contact; batch read and search answer none (trap 33)."""
    invoice, contact, _ = desk.open_invoice()
    desk.clock.advance(10)
    found = desk.search("invoices", ("associations.contact", "EQ", contact))
    assert [each["id"] for each in found["results"]] == [invoice]
    assert "associations" not in found["results"][0]
    asked = {"inputs": [{"id": invoice}], "associations": ["contacts"]}
    assert "associations" not in desk.post("invoices/batch/read", asked)["results"][0]
    assert desk.search("invoices", ("associations.contact", "GT", contact)).status == 400


def test_contacts_are_searched_by_their_own_property(desk: Desk) -> None:
    """Trap 10: contacts have lastmodifieddate; hs_lastmodifieddate is defined for them and finds nothing."""
    desk.make("contacts", email="a@example.com")
    desk.clock.advance(10)
    assert desk.search("contacts", ("lastmodifieddate", "GTE", "2026-11-24"))["total"] == 1
    assert desk.search("contacts", ("hs_lastmodifieddate", "GTE", "2026-11-24"))["total"] == 0


def test_total_beyond_ten_thousand() -> None:
    """Unverified: `total` counts everything by default and stops at 10,000 by switch."""
    desk = Desk()
    desk.portal.load("products", ({"properties": {"name": f"P{n}"}} for n in range(10_050)))
    assert desk.search("products")["total"] == 10_050
    desk.switches.change({"hs_search_total_capped": True})
    assert desk.search("products")["total"] == 10_000
