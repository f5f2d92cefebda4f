"""Associations: section 5 of the HubSpot reference and its traps 17 to 19."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk

BATCH = "/crm/associations/2026-09"


@pytest.fixture
def desk() -> Desk:
    """An empty portal."""
    return Desk()


def _pair(source: str, target: str, *types: int) -> dict[str, Any]:
    specs = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": each} for each in types]
    return {"from": {"id": source}, "to": {"id": target}, **({"types": specs} if types else {})}


def _types(desk: Desk, kind: str, record: str, target: str) -> dict[str, list[int]]:
    rows = desk.get(f"{kind}/{record}/associations/{target}")["results"]
    return {str(each["toObjectId"]): [one["typeId"] for one in each["associationTypes"]] for each in rows}


def _contact_and_companies(desk: Desk, count: int = 2) -> tuple[str, list[str]]:
    contact = desk.make("contacts", email="ada@example.com")
    return contact, [desk.make("companies", name=f"C{n}") for n in range(count)]


def test_the_first_company_is_primary(desk: Desk) -> None:
    """The first company becomes primary, a second does not; making it primary takes the label from the first."""
    contact, (one, two) = _contact_and_companies(desk)
    for company in (one, two):
        desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{company}")
    assert _types(desk, "contacts", contact, "companies") == {one: [1, 279], two: [279]}
    desk.post(f"{BATCH}/contacts/companies/batch/create", {"inputs": [_pair(contact, two, 1)]})
    assert _types(desk, "contacts", contact, "companies") == {one: [279], two: [1, 279]}
    assert _types(desk, "companies", two, "contacts") == {contact: [2, 280]}


def test_the_first_company_is_primary_from_either_side(desk: Desk) -> None:
    """Associating from the company's side follows the same rule."""
    contact, (one, _) = _contact_and_companies(desk)
    desk.ask("PUT", f"companies/{one}/associations/default/contacts/{contact}")
    assert _types(desk, "contacts", contact, "companies") == {one: [1, 279]}


def test_put_replaces_labels(desk: Desk) -> None:
    """PUT with types sets exactly these beside the unlabelled one and answers the labels."""
    contact, (one, two) = _contact_and_companies(desk)
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{one}")
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{two}")
    specs = _pair(contact, two, 931)["types"]
    answer = desk.ask("PUT", f"contacts/{contact}/associations/companies/{two}", specs)
    assert (answer.status, answer["labels"]) == (201, ["Billing Contact"])
    assert (answer["fromObjectTypeId"], answer["toObjectId"]) == ("0-1", two)
    assert _types(desk, "contacts", contact, "companies")[two] == [279, 931]


def test_inline_types_lead_from_the_new_record(desk: Desk) -> None:
    """Trap 19: on create the type must lead from the new record to its target; the reverse id is refused."""
    contact = desk.make("contacts", email="ada@example.com")
    desk.make("invoices", (contact, 177), hs_currency="USD")
    wrong = {"properties": {"hs_currency": "USD"}, "associations": [{"to": {"id": contact}, "types": [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 178}]}]}  # fmt: skip
    refused = desk.post("invoices", wrong)
    assert (refused.status, refused["context"]) == (400, {"INVALID_OBJECT_IDS": [contact]})
    assert refused["message"] == "One or more associations are invalid"
    assert len(desk.get("invoices")["results"]) == 1


@pytest.mark.parametrize("target", ["7", "x"])
def test_a_missing_target_refuses_the_create(desk: Desk, target: str) -> None:
    """A create with an association to a record that is not there writes nothing."""
    body = {"properties": {"hs_currency": "USD"}, "associations": [{"to": {"id": target}, "types": [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 177}]}]}  # fmt: skip
    assert desk.post("invoices", body).status == 400
    assert desk.get("invoices")["results"] == []


def test_default_batches_answer_both_directions(desk: Desk) -> None:
    """batch/associate/default is idempotent and lists both directions of each pair."""
    contact, (one, _) = _contact_and_companies(desk)
    for _ in range(2):
        answer = desk.post(f"{BATCH}/contacts/companies/batch/associate/default", {"inputs": [_pair(contact, one)]})
        assert {each["associationSpec"]["associationTypeId"] for each in answer["results"]} == {279, 280}
    assert _types(desk, "contacts", contact, "companies") == {one: [1, 279]}


def test_batch_create_is_partial(desk: Desk) -> None:
    """Pairs that cannot be made are named in a 207, the others are made."""
    contact, (one, _) = _contact_and_companies(desk)
    inputs = [_pair(contact, one, 279), _pair(contact, "7", 279)]
    answer = desk.post(f"{BATCH}/contacts/companies/batch/create", {"inputs": inputs})
    assert (answer.status, len(answer["results"]), answer["numErrors"]) == (207, 1, 1)
    assert answer["errors"][0]["context"]["INVALID_OBJECT_IDS"] == ["7"]
    assert desk.post(f"{BATCH}/contacts/companies/batch/create", {"inputs": [_pair(contact, one, 4)]}).status == 400


def test_batch_read_reports_those_without(desk: Desk) -> None:
    """Records with no association of the kind are named in a 207."""
    contact, (one, _) = _contact_and_companies(desk)
    alone = desk.make("contacts", email="bea@example.com")
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{one}")
    body = {"inputs": [{"id": contact}, {"id": alone}]}
    answer = desk.post(f"{BATCH}/contacts/companies/batch/read", body)
    assert (answer.status, len(answer["results"])) == (207, 1)
    assert answer["results"][0]["from"]["id"] == contact
    assert answer["errors"][0]["context"]["fromObjectId"] == [alone]


def test_ids_are_texts_or_numbers(desk: Desk) -> None:
    """Trap 18: toObjectId is a text on date-based paths and a number beyond 32 bits on v4, each by switch."""
    contact, (one, _) = _contact_and_companies(desk)
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{one}")
    dated, legacy = (
        f"contacts/{contact}/associations/companies",
        f"/crm/v4/objects/contacts/{contact}/associations/companies",
    )
    assert desk.get(dated)["results"][0]["toObjectId"] == one
    assert desk.get(legacy)["results"][0]["toObjectId"] == int(one) > 2**31
    desk.switches.change({"hs_number_to_object_id": True, "hs_number_to_object_id_v4": False})
    assert desk.get(dated)["results"][0]["toObjectId"] == int(one)
    assert desk.get(legacy)["results"][0]["toObjectId"] == one


@pytest.mark.parametrize(
    ("base", "status"), [("/crm/associations/2026-03", 200), (BATCH, 200), ("/crm/v4/associations", 204)]
)
def test_ending_associations(desk: Desk, base: str, status: int) -> None:
    """Archiving answers 200 with a body on date-based paths, 204 on v4; both directions end."""
    contact, (one, two) = _contact_and_companies(desk)
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{one}")
    desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{two}")
    body = {"inputs": [{"from": {"id": contact}, "to": [{"id": one}]}]}
    assert desk.post(f"{base}/contacts/companies/batch/archive", body).status == status
    assert list(_types(desk, "contacts", contact, "companies")) == [two]
    assert _types(desk, "companies", one, "contacts") == {}
    assert desk.ask("DELETE", f"contacts/{contact}/associations/companies/{two}").status == 204
    assert _types(desk, "contacts", contact, "companies") == {}


def test_removing_a_label_keeps_the_rest(desk: Desk) -> None:
    """A label can be removed alone; removing the unlabelled type ends the association."""
    contact, (one, _) = _contact_and_companies(desk)
    desk.post(f"{BATCH}/contacts/companies/batch/create", {"inputs": [_pair(contact, one, 931)]})
    path = f"{BATCH}/contacts/companies/batch/labels/archive"
    desk.post(path, {"inputs": [_pair(contact, one, 931)]})
    assert _types(desk, "contacts", contact, "companies") == {one: [1, 279]}
    desk.post(path, {"inputs": [_pair(contact, one, 279)]})
    assert _types(desk, "contacts", contact, "companies") == {}


def test_frozen_parts_of_an_invoice_stay_through_labels_too(desk: Desk) -> None:
    """No association call takes the contact from a finalised invoice."""
    invoice, contact, _ = desk.open_invoice()
    other = desk.make("contacts", email="x@example.com")
    body = {"inputs": [_pair(invoice, contact, 177)]}
    assert desk.post(f"{BATCH}/invoices/contacts/batch/labels/archive", body).status == 400
    specs = _pair(invoice, other, 177)["types"]
    assert desk.ask("PUT", f"invoices/{invoice}/associations/contacts/{other}", specs).status == 400
    assert list(_types(desk, "invoices", invoice, "contacts")) == [contact]


@pytest.mark.parametrize(
    ("source", "target", "types"),
    [("contacts", "companies", [279, 1, 931]), ("invoices", "commerce_payments", [541]), ("notes", "deals", [214]),
     ("0-53", "0-8", [409]), ("products", "contacts", [])],
)  # fmt: skip
def test_labels_of_a_pair(desk: Desk, source: str, target: str, types: list[int]) -> None:
    """The labels endpoint lists the types of a pair, the unlabelled one first; products have none."""
    rows = desk.get(f"{BATCH}/{source}/{target}/labels")["results"]
    assert sorted(each["typeId"] for each in rows) == sorted(types)
    assert all(each["category"] == "HUBSPOT_DEFINED" for each in rows)


def test_limits_of_inputs(desk: Desk) -> None:
    """1,000 inputs to read, 2,000 to write."""
    read = {"inputs": [{"id": str(n)} for n in range(1001)]}
    assert desk.post(f"{BATCH}/contacts/companies/batch/read", read).status == 400
    write = {"inputs": [_pair("1", "2")] * 2001}
    assert desk.post(f"{BATCH}/contacts/companies/batch/associate/default", write).status == 400


def test_pages_of_five_hundred(desk: Desk) -> None:
    """More than 500 targets come in pages, singly and per `from` in a batch."""
    contact = desk.make("contacts", email="ada@example.com")
    desk.portal.load(
        "deals", ({"properties": {"dealname": "D"}, "associations": {"contacts": contact}} for _ in range(600))
    )
    first = desk.get(f"contacts/{contact}/associations/deals")
    rest = desk.get(f"contacts/{contact}/associations/deals", after=first["paging"]["next"]["after"])
    assert (len(first["results"]), len(rest["results"])) == (500, 100)
    batch = desk.post(f"{BATCH}/contacts/deals/batch/read", {"inputs": [{"id": contact}]})["results"][0]
    after = batch["paging"]["next"]["after"]
    more = desk.post(f"{BATCH}/contacts/deals/batch/read", {"inputs": [{"id": contact, "after": after}]})["results"][0]
    assert (len(batch["to"]), len(more["to"]), "paging" in more) == (500, 100, False)
