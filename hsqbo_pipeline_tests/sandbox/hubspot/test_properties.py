"""The properties API: section 6 and checklist 12 of the HubSpot reference, and its traps 27 and 28."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Answer, Desk

BASE = "/crm/properties/2026-09"


@pytest.fixture
def desk() -> Desk:
    """A portal with a group of ours on every object used here."""
    made = Desk()
    for kind in ("contacts", "invoices", "products"):
        assert made.post(f"{BASE}/{kind}/groups", {"name": "qbo_sync", "label": "QuickBooks"}).status == 201
    return made


def _define(desk: Desk, kind: str, name: str, **rest: Any) -> Answer:
    body = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "qbo_sync", **rest}
    return desk.post(f"{BASE}/{kind}", body)


def test_seeded_definitions_tell_what_is_writable(desk: Desk) -> None:
    """readOnlyValue and calculated mark what the portal keeps to itself; every object defines its own."""
    known = {each["name"]: each for each in desk.get(f"{BASE}/invoices")["results"]}
    assert known["hs_balance_due"]["calculated"] is True
    assert known["hs_balance_due"]["modificationMetadata"]["readOnlyValue"] is True
    assert known["hs_amount_billed"]["modificationMetadata"]["readOnlyValue"] is False
    assert [each["value"] for each in known["hs_currency"]["options"]] == ["USD"]
    for kind in ("contacts", "companies", "deals", "products", "line_items", "commerce_payments", "notes", "taxes",
                 "discounts", "fees", "orders"):  # fmt: skip
        assert desk.get(f"{BASE}/{kind}/hs_object_id").status == 200


def test_an_existing_name_is_a_conflict(desk: Desk) -> None:
    """Posting a name again is 409 with its subCategory, also for HubSpot's own names."""
    assert _define(desk, "contacts", "qbo_id").status == 201
    for name in ("qbo_id", "email"):
        refused = _define(desk, "contacts", name)
        assert (refused.status, refused["category"]) == (409, "OBJECT_ALREADY_EXISTS")
        assert refused["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"


def test_archived_names_come_back(desk: Desk) -> None:
    """An archived property is unknown to reads and writes, listed as archived, and restored by posting it again."""
    _define(desk, "contacts", "qbo_id")
    record = desk.make("contacts", email="a@example.com", qbo_id="1")
    assert desk.ask("DELETE", f"{BASE}/contacts/qbo_id").status == 204
    assert desk.get(f"{BASE}/contacts/qbo_id").status == 404
    assert desk.patch(f"contacts/{record}", qbo_id="2").status == 400
    assert [each["name"] for each in desk.get(f"{BASE}/contacts", archived="true")["results"]] == ["qbo_id"]
    assert _define(desk, "contacts", "qbo_id").status == 201
    assert desk.values("contacts", record, "qbo_id") == {"qbo_id": "1"}


def test_uniqueness_is_settled_at_creation(desk: Desk) -> None:
    """Trap 28: hasUniqueValue cannot be added or removed later, and only texts and numbers can have it."""
    _define(desk, "contacts", "plain")
    assert desk.ask("PATCH", f"{BASE}/contacts/plain", {"hasUniqueValue": True}).status == 400
    assert _define(desk, "contacts", "day", type="date", fieldType="date", hasUniqueValue=True).status == 400
    assert _define(desk, "contacts", "qbo_id", hasUniqueValue=True)["hasUniqueValue"] is True
    assert desk.ask("PATCH", f"{BASE}/contacts/qbo_id", {"hasUniqueValue": False}).status == 400


def test_ten_unique_properties_at_most(desk: Desk) -> None:
    """Checklist 12: an object type has at most ten unique properties."""
    for n in range(10):
        assert _define(desk, "products", f"u{n}", hasUniqueValue=True).status == 201
    assert _define(desk, "products", "u10", hasUniqueValue=True).status == 400
    assert _define(desk, "products", "u10").status == 201


def test_commerce_objects_may_lack_unique_properties(desk: Desk) -> None:
    """Unverified: unique properties on invoices, payments and line items can be switched off."""
    desk.switches.change({"hs_unique_on_commerce": False})
    assert _define(desk, "invoices", "qbo_id", hasUniqueValue=True).status == 400
    assert _define(desk, "invoices", "qbo_id").status == 201


@pytest.mark.parametrize(
    "change",
    [{"name": "Big"}, {"name": "1x"}, {"name": ""}, {"type": "text"}, {"fieldType": "box"}, {"groupName": "nowhere"},
     {"label": None}, {"options": [{"label": "x"}]}],
)  # fmt: skip
def test_ill_made_definitions_are_refused(desk: Desk, change: dict[str, Any]) -> None:
    """Names, types, groups and options are checked."""
    assert _define(desk, "contacts", **{"name": "fine", **change}).status == 400


def test_options_are_replaced_as_a_whole(desk: Desk) -> None:
    """PATCHing options replaces the list; values are checked against it with case."""
    options = [{"label": each, "value": each, "displayOrder": n, "hidden": False} for n, each in enumerate(("a", "b"))]
    _define(desk, "contacts", "state_of_sync", type="enumeration", fieldType="select", options=options)
    record = desk.make("contacts", email="a@example.com", state_of_sync="b")
    desk.ask("PATCH", f"{BASE}/contacts/state_of_sync", {"options": options[:1]})
    assert desk.patch(f"contacts/{record}", state_of_sync="b").status == 400
    assert desk.patch(f"contacts/{record}", state_of_sync="A").status == 400
    assert desk.patch(f"contacts/{record}", state_of_sync="a").status == 200


def test_groups_hold_their_properties(desk: Desk) -> None:
    """A group with properties cannot be archived, an empty one can; a name exists once."""
    _define(desk, "contacts", "qbo_id")
    assert desk.ask("DELETE", f"{BASE}/contacts/groups/qbo_sync").status == 400
    desk.ask("DELETE", f"{BASE}/contacts/qbo_id")
    assert desk.post(f"{BASE}/contacts/groups", {"name": "qbo_sync", "label": "x"}).status == 409
    assert desk.ask("DELETE", f"{BASE}/contacts/groups/qbo_sync").status == 204
    assert desk.get(f"{BASE}/contacts/groups/qbo_sync").status == 404


def test_hubspots_own_properties_stay(desk: Desk) -> None:
    """A property HubSpot defined can be neither changed nor archived."""
    assert desk.ask("PATCH", f"{BASE}/contacts/email", {"label": "x"}).status == 400
    refused = desk.ask("DELETE", f"{BASE}/contacts/email")
    assert refused["subCategory"] == "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"


def test_batches_of_definitions_are_partial(desk: Desk) -> None:
    """batch/create and batch/read name in a 207 what failed."""
    rows = [{"name": each, "label": "x", "type": "string", "fieldType": "text", "groupName": "qbo_sync"}
            for each in ("one", "email")]  # fmt: skip
    made = desk.post(f"{BASE}/contacts/batch/create", {"inputs": rows})
    assert (made.status, len(made["results"]), made["errors"][0]["category"]) == (207, 1, "OBJECT_ALREADY_EXISTS")
    body = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": [{"name": "one"}, {"name": "two"}]}
    assert desk.post(f"{BASE}/contacts/batch/read", body).status == 207
    assert desk.post(f"{BASE}/contacts/batch/archive", {"inputs": [{"name": "one"}, {"name": "two"}]}).status == 204


def test_the_account_limits_custom_properties() -> None:
    """The limits endpoint counts custom properties, and the last one beyond the limit is refused."""
    desk = Desk(custom_property_limit=1)
    desk.post(f"{BASE}/contacts/groups", {"name": "qbo_sync", "label": "x"})
    assert _define(desk, "contacts", "one").status == 201
    assert _define(desk, "contacts", "two").status == 400
    rows = desk.get("/crm/limits/2026-09/custom-properties")["byObjectType"]
    assert next(each["usage"] for each in rows if each["objectTypeId"] == "0-1") == 1


@pytest.mark.parametrize(("kind", "scope"), [("contacts", "crm.schemas.contacts.write"), ("products", "e-commerce")])
def test_defining_needs_its_own_scope(desk: Desk, kind: str, scope: str) -> None:
    """Trap 27: an object scope does not define properties; products and line items ask for e-commerce."""
    desk.token = "pat-readonly"
    refused = _define(desk, kind, "x")
    assert (refused.status, refused["category"]) == (403, "MISSING_SCOPES")
    assert refused["errors"][0]["context"]["requiredGranularScopes"] == [scope]
    assert desk.get(f"{BASE}/{kind}").status == 200
