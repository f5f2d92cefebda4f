"""Listing, reading, batches of reads: checklist 1-5, 8 of the HubSpot reference, and the traps about reading."""

from __future__ import annotations

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A portal with three contacts."""
    made = Desk()
    for name in ("ada", "bea", "cyd"):
        made.make("contacts", email=f"{name}@example.com", firstname=name)
    return made


@pytest.mark.parametrize(
    "path",
    ["/crm/objects/2026-09/contacts", "/crm/objects/2026-03/contacts", "/crm/v3/objects/contacts",
     "/crm/objects/2026-09/contact", "/crm/objects/2026-09/0-1"],
)  # fmt: skip
def test_every_version_and_alias_reaches_the_same_records(desk: Desk, path: str) -> None:
    """Checklist 1 and 2: date-based and legacy versions, plural, singular and type id."""
    assert len(desk.get(path)["results"]) == 3


def test_an_unknown_version_is_not_found(desk: Desk) -> None:
    """Checklist 1: a version that does not exist answers 404, an unknown type 400, a wrong method 405."""
    assert desk.get("/crm/objects/2025-09/contacts").status == 404
    assert desk.get("/crm/objects/2026-09/gadgets").status == 400
    assert desk.ask("PUT", "contacts").status == 405


def test_properties_may_be_listed_or_repeated(desk: Desk) -> None:
    """Checklist 3: `properties=a,b` and `properties=a&properties=b` mean the same."""
    listed = desk.get("contacts?properties=email,firstname")
    repeated = desk.get("contacts?properties=email&properties=firstname")
    assert listed.body == repeated.body
    assert listed["results"][0]["properties"]["firstname"] == "ada"


def test_unknown_properties_are_ignored_and_empty_ones_null(desk: Desk) -> None:
    """Checklist 5: a defined property without value is null, an undefined one is left out; both by switch."""
    row = desk.get("contacts", properties="phone,nothing", limit="1")["results"][0]["properties"]
    assert row["phone"] is None
    assert "nothing" not in row
    desk.switches.change({"hs_empty_is_null": False})
    assert "phone" not in desk.get("contacts", properties="phone", limit="1")["results"][0]["properties"]


def test_pages_follow_ids_and_the_last_has_no_paging(desk: Desk) -> None:
    """Trap 11: a list's `after` is the id of the next record."""
    first = desk.get("contacts", limit="2")
    after = first["paging"]["next"]["after"]
    last = desk.get("contacts", limit="2", after=after)
    assert last["results"][0]["id"] == after
    assert "paging" not in last.body


@pytest.mark.parametrize(
    ("query", "status"), [("limit=101", 400), ("limit=0", 400), ("after=x", 400), ("limit=100", 200)]
)
def test_page_sizes_have_a_limit(desk: Desk, query: str, status: int) -> None:
    """Checklist 3: at most 100 records a page."""
    assert desk.get(f"contacts?{query}").status == status


def test_history_halves_the_page(desk: Desk) -> None:
    """Checklist 3: with propertiesWithHistory a page holds at most 50 records."""
    assert desk.get("contacts?limit=51&propertiesWithHistory=email").status == 400
    assert desk.get("contacts?limit=50&propertiesWithHistory=email").status == 200


def test_history_tells_people_from_integrations(desk: Desk) -> None:
    """Our own writes are INTEGRATION, people's are CRM_UI, newest first."""
    record = desk.get("contacts")["results"][0]["id"]
    desk.clock.advance(1)
    desk.person("update", "contacts", id=record, fields={"firstname": "Augusta"})
    history = desk.get(f"contacts/{record}", propertiesWithHistory="firstname,lastname")["propertiesWithHistory"]
    assert [(each["value"], each["sourceType"]) for each in history["firstname"]] == [
        ("Augusta", "CRM_UI"),
        ("ada", "INTEGRATION"),
    ]
    assert history["lastname"] == []
    assert history["firstname"][1]["sourceId"] == "900001"


def test_archived_records_are_listed_apart(desk: Desk) -> None:
    """A deleted record leaves the list and appears under archived=true with archivedAt."""
    record = desk.get("contacts")["results"][0]["id"]
    assert desk.ask("DELETE", f"contacts/{record}").status == 204
    assert record not in {each["id"] for each in desk.get("contacts")["results"]}
    bin_row = desk.get("contacts", archived="true")["results"][0]
    assert (bin_row["id"], bin_row["archived"]) == (record, True)
    assert "archivedAt" in bin_row
    assert desk.get(f"contacts/{record}").status == 404
    assert desk.get(f"contacts/{record}", archived="true").status == 200
    assert desk.ask("DELETE", f"contacts/{record}").status == 204


def test_line_items_come_under_a_key_with_a_space() -> None:
    """Trap 17: the association key is `line items`, and an id is repeated once per label."""
    desk = Desk()
    invoice, contact, _ = desk.open_invoice()
    company = desk.person("create", "companies", fields={"name": "Acme"})
    desk.person("update", "contacts", id=contact, primary_company=company)
    found = desk.get(f"invoices/{invoice}", associations="line_items,gadgets")["associations"]
    assert list(found) == ["line items"]
    labels = desk.get(f"contacts/{contact}", associations="companies")["associations"]["companies"]["results"]
    assert [each["type"] for each in labels] == ["contact_to_company", "contact_to_company_unlabeled"]
    assert {each["id"] for each in labels} == {company}


def test_batch_read_names_what_is_missing(desk: Desk) -> None:
    """A batch read answers 207 with the ids that are not there, by id or by unique property."""
    ids = [each["id"] for each in desk.get("contacts")["results"]]
    answer = desk.post("contacts/batch/read", {"inputs": [{"id": each} for each in [*ids, "7"]]})
    assert answer.status == 207
    assert {each["id"] for each in answer["results"]} == set(ids)
    assert answer["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer["errors"][0]["context"]["ids"] == ["7"]
    by_email = desk.post("contacts/batch/read", {"inputs": [{"id": "ADA@example.com"}], "idProperty": "email"})
    assert by_email.status == 200


@pytest.mark.parametrize("action", ["read", "create", "update", "upsert", "archive"])
def test_a_batch_takes_a_hundred(desk: Desk, action: str) -> None:
    """Checklist 3: the 101st input refuses the batch, and so does an empty one."""
    inputs = [{"id": str(n), "idProperty": "email", "properties": {}} for n in range(101)]
    assert desk.post(f"contacts/batch/{action}", {"inputs": inputs}).status == 400
    assert desk.post(f"contacts/batch/{action}", {"inputs": []}).status == 400


def test_results_are_shuffled_the_same_way_every_time() -> None:
    """Checklist 7: results are not in the order of the inputs, and a seed decides in which they are."""
    orders = []
    for _ in range(2):
        desk = Desk()
        inputs = [{"properties": {"email": f"c{n}@example.com"}} for n in range(20)]
        made = desk.post("contacts/batch/create", {"inputs": inputs})
        orders.append([each["properties"]["email"] for each in made["results"]])
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0], key=lambda each: int(each[1:-12]))


def test_loaded_books_keep_their_dates_and_amounts() -> None:
    """Bulk loading keeps the book's times, computes the amounts, and is visible to search at once."""
    desk = Desk()
    [contact] = desk.portal.load(
        "contacts", [{"properties": {"email": "a@b.example"}, "_created": "2026-01-02T00:00:00Z"}]
    )
    [invoice] = desk.portal.load(
        "invoices",
        [{"properties": {"hs_number": "1", "hs_invoice_status": "open"}, "associations": {"contacts": contact},
          "_created": "2026-01-02T00:00:00Z"}],
    )  # fmt: skip
    desk.portal.load(
        "line_items",
        [{"properties": {"quantity": "2", "price": "9.99"}, "associations": {"invoices": [invoice]}} for _ in range(2)],
    )
    row = desk.search("invoices", ("hs_number", "EQ", "1"), properties=["hs_balance_due"])["results"][0]
    assert row["properties"]["hs_balance_due"] == "39.96"
    assert row["createdAt"] == row["updatedAt"] == "2026-01-02T00:00:00.000Z"
