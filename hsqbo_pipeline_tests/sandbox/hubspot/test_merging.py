"""Merges and contacts forgotten: section 3.5 and checklist 8 of the HubSpot reference, traps 16 and 31."""

from __future__ import annotations

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """An empty portal."""
    return Desk()


def _merge(desk: Desk, kind: str, primary: str, other: str) -> str:
    done = desk.post(f"{kind}/merge", {"primaryObjectId": primary, "objectIdToMerge": other})
    assert done.status == 200, done.body
    return str(done["id"])


def test_the_survivor_has_a_new_id_and_old_ones_resolve(desk: Desk) -> None:
    """Trap 16: both old ids answer with the survivor, and neither is listed, live or archived."""
    one, two, three = (desk.make("companies", name=f"C{n}") for n in range(3))
    survivor = _merge(desk, "companies", one, two)
    last = _merge(desk, "companies", survivor, three)
    assert len({one, two, three, survivor, last}) == 5
    for old in (one, two, survivor):
        assert desk.get(f"companies/{old}")["id"] == last
    assert [each["id"] for each in desk.get("companies")["results"]] == [last]
    assert desk.get("companies", archived="true")["results"] == []
    merged = desk.values("companies", last, "hs_merged_object_ids")["hs_merged_object_ids"]
    assert set(merged.split(";")) == {one, two, three, survivor}
    batch = desk.post("companies/batch/read", {"inputs": [{"id": one}, {"id": two}]})
    assert [each["id"] for each in batch["results"]] == [last]
    assert desk.patch(f"companies/{one}", city="Bonn")["id"] == last


def test_contacts_keep_the_other_email_as_secondary(desk: Desk) -> None:
    """The primary's values win, its blanks are filled, the other's e-mail stays taken; associations move."""
    ada = desk.make("contacts", email="ada@example.com", firstname="Ada")
    old = desk.make("contacts", email="old@example.com", firstname="A.", phone="1")
    deal = desk.make("deals", (old, 3), dealname="R", dealstage="contractsent")
    survivor = _merge(desk, "contacts", ada, old)
    assert desk.values("contacts", survivor, "email", "firstname", "phone", "hs_additional_emails") == {
        "email": "ada@example.com", "firstname": "Ada", "phone": "1", "hs_additional_emails": "old@example.com",
    }  # fmt: skip
    assert desk.post("contacts", {"properties": {"email": "old@example.com"}}).status == 409
    assert desk.get(f"deals/{deal}/associations/contacts")["results"][0]["toObjectId"] == survivor
    vids = desk.values("contacts", survivor, "hs_calculated_merged_vids")["hs_calculated_merged_vids"]
    assert {each.split(":")[0] for each in vids.split(";")} == {ada, old}


def test_one_primary_company_survives(desk: Desk) -> None:
    """Where both contacts had a primary company, the primary contact's stays primary."""
    contacts = [desk.make("contacts", email=f"c{n}@example.com") for n in range(2)]
    companies = [desk.make("companies", name=f"C{n}") for n in range(2)]
    for contact, company in zip(contacts, companies, strict=True):
        desk.ask("PUT", f"contacts/{contact}/associations/default/companies/{company}")
    survivor = _merge(desk, "contacts", *contacts)
    rows = desk.get(f"contacts/{survivor}/associations/companies")["results"]
    labels = {each["toObjectId"]: [one["typeId"] for one in each["associationTypes"]] for each in rows}
    assert labels == {companies[0]: [1, 279], companies[1]: [279]}


def test_an_account_may_keep_the_primary_id() -> None:
    """Checklist 8: with the beta on, the survivor keeps the primary's id."""
    desk = Desk(merge_keeps_primary_id=True)
    one, two = (desk.make("companies", name=f"C{n}") for n in range(2))
    assert _merge(desk, "companies", one, two) == one
    assert desk.get(f"companies/{two}")["id"] == one


def test_products_merge_since_2026_09(desk: Desk) -> None:
    """Products merge on 2026-09 and later; invoices never."""
    one, two = (desk.make("products", name=f"P{n}") for n in range(2))
    body = {"primaryObjectId": one, "objectIdToMerge": two}
    assert desk.post("/crm/objects/2026-03/products/merge", body).status == 400
    assert desk.post("invoices/merge", body).status == 400
    assert desk.post("products/merge", {**body, "objectIdToMerge": one}).status == 400
    _merge(desk, "products", one, two)


def test_a_person_merges_too(desk: Desk) -> None:
    """The person's merge names ids alone."""
    one, two = (desk.make("contacts", email=f"c{n}@example.com") for n in range(2))
    survivor = desk.person("merge", into=one, **{"from": two})
    assert desk.get(f"contacts/{one}")["id"] == survivor


def test_the_recycle_bin_keeps_ninety_days(desk: Desk) -> None:
    """Trap 31: an archived record is listed among the archived for 90 days and then nowhere."""
    contact = desk.make("contacts", email="ada@example.com")
    desk.ask("DELETE", f"contacts/{contact}")
    desk.clock.advance(89 * 86_400)
    assert [each["id"] for each in desk.get("contacts", archived="true")["results"]] == [contact]
    assert desk.get(f"contacts/{contact}", archived="true").status == 200
    desk.clock.advance(86_400)
    assert desk.get("contacts", archived="true")["results"] == []
    assert desk.get(f"contacts/{contact}", archived="true").status == 404


def test_forgotten_contacts_leave_no_trace(desk: Desk) -> None:
    """Trap 31: a contact deleted for privacy appears nowhere; an unknown address forgotten is blocked for ever."""
    contact = desk.make("contacts", email="ada@example.com")
    assert desk.post("contacts/gdpr-delete", {"objectId": "ada@example.com", "idProperty": "email"}).status == 204
    assert desk.get(f"contacts/{contact}").status == 404
    assert desk.get("contacts", archived="true")["results"] == []
    desk.make("contacts", email="ada@example.com")
    assert desk.post("contacts/gdpr-delete", {"objectId": "bea@example.com", "idProperty": "email"}).status == 204
    assert desk.post("contacts", {"properties": {"email": "bea@example.com"}}).status == 400
    assert desk.post("contacts/gdpr-delete", {"objectId": "7"}).status == 404
