"""Writing contacts, companies, deals and products: checklist 5-8, 12, 13 and the traps about writing."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """An empty portal."""
    return Desk()


def _unique(desk: Desk, kind: str, name: str = "qbo_id") -> None:
    desk.post(f"/crm/properties/2026-09/{kind}/groups", {"name": "qbo_sync", "label": "QuickBooks"})
    body = {"name": name, "label": "Id", "type": "string", "fieldType": "text", "groupName": "qbo_sync"}
    assert desk.post(f"/crm/properties/2026-09/{kind}", {**body, "hasUniqueValue": True}).status == 201


def _codes(body: dict[str, Any]) -> set[str]:
    return {each["code"] for each in body.get("errors", [])}


def test_emails_are_lower_cased_and_unique(desk: Desk) -> None:
    """Checklist 6, traps 3 to 5: one contact per e-mail, whatever its case; the 409 names the one that exists."""
    held = desk.make("contacts", email=" Ada@Example.COM ")
    assert desk.values("contacts", held, "email") == {"email": "ada@example.com"}
    refused = desk.post("contacts", {"properties": {"email": "ADA@example.com"}})
    assert (refused.status, refused["category"]) == (409, "CONFLICT")
    assert refused["message"] == f"Contact already exists. Existing ID: {held}"
    other = desk.make("contacts", email="bea@example.com")
    assert desk.patch(f"contacts/{other}", email="ada@example.com").status == 409


def test_secondary_emails_block_others(desk: Desk) -> None:
    """Trap 4: an address among another contact's secondary e-mails is taken too."""
    held = desk.make("contacts", email="ada@example.com", hs_additional_emails="Old@example.com;older@example.com")
    refused = desk.post("contacts", {"properties": {"email": "old@example.com"}})
    assert refused["message"].endswith(f"Existing ID: {held}")
    assert desk.get("contacts/older@example.com", idProperty="email")["id"] == held


def test_one_conflict_kills_the_batch(desk: Desk) -> None:
    """Trap 5: without trace ids a batch with one taken e-mail writes nothing at all."""
    held = desk.make("contacts", email="ada@example.com")
    inputs = [{"properties": {"email": each}} for each in ("new@example.com", "ada@example.com")]
    refused = desk.post("contacts/batch/create", {"inputs": inputs})
    assert (refused.status, refused["message"]) == (409, f"Contact already exists. Existing ID: {held}")
    assert len(desk.get("contacts")["results"]) == 1


def test_trace_ids_save_the_rest_of_a_batch(desk: Desk) -> None:
    """Checklist 7, trap 23: with a trace id of its own on every input the good rows are written, the bad named."""
    desk.make("contacts", email="ada@example.com")
    inputs = [
        {"objectWriteTraceId": f"t{n}", "properties": {"email": each}}
        for n, each in enumerate(("new@example.com", "ada@example.com"))
    ]
    answer = desk.post("contacts/batch/create", {"inputs": inputs})
    assert answer.status == 207
    assert [each["properties"]["email"] for each in answer["results"]] == ["new@example.com"]
    assert answer["errors"][0]["context"]["objectWriteTraceId"] == ["t1"]
    inputs[1]["objectWriteTraceId"] = "t0"
    assert desk.post("contacts/batch/create", {"inputs": inputs}).status == 409


def test_duplicates_in_a_batch_are_refused(desk: Desk) -> None:
    """Trap 6: a key twice in a batch refuses all of it, trace ids or not; e-mails count regardless of case."""
    record = desk.make("contacts", email="ada@example.com")
    inputs = [{"id": record, "properties": {}, "objectWriteTraceId": each} for each in "ab"]
    refused = desk.post("contacts/batch/update", {"inputs": inputs})
    assert (refused.status, refused["context"]) == (400, {"ids": [record]})
    assert refused["message"] == f"Duplicate IDs found in batch input: [{record}]"
    twice = [{"id": each, "idProperty": "email", "properties": {}} for each in ("x@y.example", "X@Y.example")]
    assert desk.post("contacts/batch/upsert", {"inputs": twice}).status == 400


def test_upsert_creates_and_updates_by_unique_property(desk: Desk) -> None:
    """Upsert needs a unique property, tells what is new, and in part succeeds by custom property alone (trap 7)."""
    _unique(desk, "contacts")
    row = {"id": "r:1", "idProperty": "qbo_id", "properties": {"email": "ada@example.com"}}
    assert desk.post("contacts/batch/upsert", {"inputs": [row]})["results"][0]["new"] is True
    row["properties"] = {"firstname": "Ada"}
    again = desk.post("contacts/batch/upsert", {"inputs": [row]})["results"][0]
    assert (again["new"], again["properties"]["firstname"]) == (False, "Ada")
    bad = {"id": "r:2", "idProperty": "qbo_id", "properties": {"nothing": "1"}, "objectWriteTraceId": "b"}
    assert desk.post("contacts/batch/upsert", {"inputs": [{**row, "objectWriteTraceId": "a"}, bad]}).status == 207
    by_email = [
        {"id": f"{n}@example.com", "idProperty": "email", "properties": {name: "x"}, "objectWriteTraceId": n}
        for n, name in (("a", "firstname"), ("b", "nothing"))
    ]
    assert desk.post("contacts/batch/upsert", {"inputs": by_email}).status == 400
    desk.switches.change({"hs_email_upsert_partial": True})
    assert desk.post("contacts/batch/upsert", {"inputs": by_email}).status == 207
    assert desk.post("contacts/batch/upsert", {"inputs": [{"id": "x", "properties": {}}]}).status == 400


@pytest.mark.parametrize("name", ["email", "hs_object_id"])
def test_batch_update_refuses_two_id_properties(desk: Desk, name: str) -> None:
    """Trap 32: batch update by e-mail or by hs_object_id is refused; by a unique property it works."""
    desk.make("contacts", email="ada@example.com")
    row = {"id": "ada@example.com", "idProperty": name, "properties": {}}
    refused = desk.post("contacts/batch/update", {"inputs": [row]})
    assert (refused.status, "non-unique 0-1 property" in refused["message"]) == (400, True)
    _unique(desk, "companies")
    desk.make("companies", name="Acme", qbo_id="r:9")
    row = {"id": "r:9", "idProperty": "qbo_id", "properties": {"city": "Bonn"}}
    assert desk.post("companies/batch/update", {"inputs": [row]})["results"][0]["properties"]["city"] == "Bonn"


def test_a_missing_record_sinks_an_untraced_update(desk: Desk) -> None:
    """A batch update with an unknown id is refused as a whole and nothing is changed."""
    record = desk.make("contacts", email="ada@example.com")
    inputs = [{"id": each, "properties": {"city": "Bonn"}} for each in (record, "7")]
    assert desk.post("contacts/batch/update", {"inputs": inputs}).status == 404
    assert desk.values("contacts", record, "city") == {"city": None}


def test_unique_values_are_enforced(desk: Desk) -> None:
    """Checklist 12: a unique value is held by one record, in the store and within a batch; freed when it moves on."""
    _unique(desk, "products")
    first = desk.make("products", name="W", qbo_id="r:1")
    assert _codes(desk.post("products", {"properties": {"name": "X", "qbo_id": "r:1"}}).body) == {
        "CONFLICTING_UNIQUE_VALUE"
    }
    inputs = [{"properties": {"name": "Y", "qbo_id": "r:2"}} for _ in range(2)]
    assert desk.post("products/batch/create", {"inputs": inputs}).status == 400
    assert desk.patch(f"products/{first}", qbo_id="").status == 200
    desk.make("products", name="X", qbo_id="r:1")


def test_wrong_values_are_named_all_at_once(desk: Desk) -> None:
    """Checklist 5: unknown, read-only and ill-typed values each have their code; the message holds them as JSON."""
    refused = desk.post(
        "deals",
        {"properties": {"dealname": "R", "dealstage": "contractsent", "nothing": "1", "hs_object_id": "1",
                        "amount": "1,5", "closedate": "soon", "dealtype": "NEWBUSINESS"}},
    )  # fmt: skip
    assert refused.status == 400
    assert _codes(refused.body) == {
        "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "INVALID_INTEGER", "INVALID_DATE", "INVALID_OPTION",
    }  # fmt: skip
    assert refused["message"].startswith('Property values were not valid: [{"isValid":false')


def test_everything_is_text_and_empty_text_clears(desk: Desk) -> None:
    """Traps 1 and 2: numbers and booleans come back as text; "" clears, an omitted property stays."""
    record = desk.make("products", name="W", price=1.5, hs_sku="S", description="x")
    assert desk.values("products", record, "price") == {"price": "1.5"}
    desk.patch(f"products/{record}", description="")
    assert desk.values("products", record, "description", "hs_sku") == {"description": None, "hs_sku": "S"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("2026-12-01", "2026-12-01T00:00:00.000Z"), ("2026-12-01T01:30:00+02:00", "2026-11-30T23:30:00.000Z"),
     ("1764547200000", "2025-12-01T00:00:00.000Z"), (1764547200, "1970-01-21T10:09:07.200Z")],
)  # fmt: skip
def test_datetimes_are_iso_or_milliseconds(desk: Desk, sent: object, kept: str) -> None:
    """Trap 13: ISO 8601 or epoch milliseconds; ten-digit seconds are read as January 1970."""
    record = desk.make("deals", dealname="R", dealstage="contractsent", closedate=sent)
    assert desk.values("deals", record, "closedate") == {"closedate": kept}


def test_last_modified_moves_with_any_change_and_only_then(desk: Desk) -> None:
    """Checklist 14, traps 10 and 22: our own write moves it; the same value again, or an association, does not."""
    contact = desk.make("contacts", email="ada@example.com")
    company = desk.make("companies", name="Acme")
    before = desk.get(f"contacts/{contact}")["updatedAt"]
    desk.clock.advance(5)
    desk.patch(f"contacts/{contact}", email="ada@example.com")
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{company}")
    unmoved = desk.get(f"contacts/{contact}")
    assert unmoved["updatedAt"] == unmoved["properties"]["lastmodifieddate"] == before
    desk.patch(f"contacts/{contact}", firstname="Ada")
    assert desk.get(f"contacts/{contact}")["updatedAt"] > before
    assert desk.values("contacts", contact, "hs_lastmodifieddate") == {"hs_lastmodifieddate": None}


def test_currencies_are_the_accounts(desk: Desk) -> None:
    """Trap 35: a currency that the account has not enabled is INVALID_OPTION."""
    refused = desk.post("invoices", {"properties": {"hs_currency": "EUR"}})
    assert _codes(refused.body) == {"INVALID_OPTION"}
    euros = Desk(additionalCurrencies=["EUR"])
    euros.make("invoices", hs_currency="EUR")


def test_admin_rules_bind_the_newest_version_only() -> None:
    """Checklist 13, trap 29: the account's own rules refuse writes of 2026-09, not of 2026-03, nor of people."""
    rules = {"contacts": {"required_on_create": ["phone"],
                          "conditional": [{"when": {"country": "DE"}, "require": ["zip"]}]}}  # fmt: skip
    desk = Desk(validation_rules=rules)
    refused = desk.post("contacts", {"properties": {"email": "a@example.com", "country": "DE"}})
    assert _codes(refused.body) == {"MISSING_REQUIRED_PROPERTY", "MISSING_CONDITIONAL_REQUIRED_PROPERTY"}
    older = desk.post("/crm/objects/2026-03/contacts", {"properties": {"email": "a@example.com"}})
    assert older.status == 201
    assert _codes(desk.patch(f"contacts/{older['id']}", country="DE").body) == {"MISSING_CONDITIONAL_REQUIRED_PROPERTY"}
    desk.person("create", "contacts", fields={"email": "b@example.com"})


def test_companies_are_made_of_contacts_where_the_account_does_so() -> None:
    """Trap 25: with the setting on, a new contact brings a company by its domain, and finds it the next time."""
    desk = Desk(automatic_company_creation=True)
    contacts = [desk.make("contacts", email=each) for each in ("a@acme.example", "b@acme.example", "c@gmail.com")]
    companies = desk.get("companies", properties="domain")["results"]
    assert [each["properties"]["domain"] for each in companies] == ["acme.example"]
    linked = [desk.get(f"contacts/{each}/associations/companies")["results"] for each in contacts]
    assert [len(each) for each in linked] == [1, 1, 0]
    assert [each["typeId"] for each in linked[0][0]["associationTypes"]] == [1, 279]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [("companies", {"city": "Bonn"}), ("deals", {"dealname": "R"}), ("products", {"hs_sku": "S"}),
     ("notes", {"hs_note_body": "x"}), ("invoices", {}), ("commerce_payments", {"hs_initial_amount": "1"}),
     ("contacts", {"email": "no address"})],
)  # fmt: skip
def test_each_object_asks_for_what_it_needs(desk: Desk, kind: str, properties: dict[str, str]) -> None:
    """A create without the properties its object needs is refused with 400 VALIDATION_ERROR."""
    refused = desk.post(kind, {"properties": properties})
    assert (refused.status, refused["category"]) == (400, "VALIDATION_ERROR")


def test_lifecycle_moves_forward_only(desk: Desk) -> None:
    """A lifecycle stage set back is not taken over, unless it was cleared first."""
    record = desk.make("contacts", email="a@example.com", lifecyclestage="customer")
    desk.patch(f"contacts/{record}", lifecyclestage="lead")
    assert desk.values("contacts", record, "lifecyclestage") == {"lifecyclestage": "customer"}
    desk.patch(f"contacts/{record}", lifecyclestage="")
    desk.patch(f"contacts/{record}", lifecyclestage="lead")
    assert desk.values("contacts", record, "lifecyclestage") == {"lifecyclestage": "lead"}


@pytest.mark.parametrize(
    "body", ["[]", '{"inputs": {}}', '{"inputs": [1]}', '{"inputs":[{"properties": []}]}', "{", "NaN"]
)
def test_malformed_bodies_are_refused(desk: Desk, body: str) -> None:
    """What is no JSON, or not of the right shape, is a 400 and never a server error."""
    import asyncio

    import httpx

    async def send() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.app), base_url="http://portal") as client:
            headers = {"Authorization": "Bearer pat-sandbox"}
            url = "/crm/objects/2026-09/contacts/batch/create"
            return (await client.post(url, content=body, headers=headers)).status_code

    assert asyncio.run(send()) == 400
