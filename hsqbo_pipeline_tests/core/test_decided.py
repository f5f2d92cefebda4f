"""What people decide and what changed rules do to pairs that stand: held conflicts, pauses, filters, directions, mappings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters_night import Nights

H, Q = System.HUBSPOT, System.QUICKBOOKS
TODAY = date(2026, 11, 24)


def rules(**customers: Any) -> Any:
    pauses = customers.pop("pauses", ())
    return situation(customers={"hubspot_to_quickbooks_filter": "all", **customers}, pauses=list(pauses))


def pair(**customers: Any) -> Nights:
    masters = Nights(rules(**customers))
    masters.customer("1", "ada@example.com", PrimaryPhone={"FreeFormNumber": "000"})
    masters.contact("9", "ada@example.com", phone="000")
    masters.night()
    return masters


def phones(masters: Nights) -> tuple[str | None, str | None]:
    customer = masters.payload(Q, "Customer", "1").get("PrimaryPhone") or {}
    return masters.payload(H, "contacts", "9").get("phone"), customer.get("FreeFormNumber")


def both_call(masters: Nights, hubspot: str, quickbooks: str) -> None:
    masters.edit(H, "contacts", "9", {"phone": hubspot})
    masters.edit(Q, "Customer", "1", {"PrimaryPhone": {"FreeFormNumber": quickbooks}})
    masters.night()


@pytest.mark.rule("A51", "D89", "CONF_HELD")
@pytest.mark.parametrize(("winner", "stands"), [("hubspot", "111"), ("quickbooks", "222")])
def test_a_held_conflict_shows_both_values_and_one_answer_settles_it_once(winner: str, stands: str) -> None:
    """D89: a held field names both values; `winner` settles this conflict, the next one is held again."""
    masters = pair(winner="hold")
    both_call(masters, "111", "222")
    (state,) = rows(masters.con, "SELECT state, code, candidates FROM record_states")
    assert (state["state"], state["code"]) == ("WAITING", "CONF_HELD")
    candidate = '{"field":"phone","hubspot":"111","quickbooks":"222"}'
    assert state["candidates"].replace(" ", "") == f"[{candidate}]"
    masters.decide(H, "9", "winner", value=winner)
    masters.night()
    assert phones(masters) == (stands, stands)
    assert rows(masters.con, "SELECT verb FROM decisions") == []
    both_call(masters, "333", "444")
    assert (masters.states()["customer:9:1"], phones(masters)) == ("CONF_HELD", ("333", "444"))


@pytest.mark.rule("A51", "D89", "CONF_HELD")
def test_a_held_field_does_not_hold_up_the_others() -> None:
    """A conflict on one field waits for a person while other fields of the pair flow on."""
    masters = pair(winner="hold")
    masters.edit(H, "contacts", "9", {"city": "Boston"})
    both_call(masters, "111", "222")
    assert masters.payload(Q, "Customer", "1")["BillAddr"]["City"] == "Boston"
    assert masters.states()["customer:9:1"] == "CONF_HELD"


@pytest.mark.rule("A51", "A52", "D88", "CONF_BOTH_CHANGED")
def test_a_field_may_have_a_winner_of_its_own() -> None:
    """A51: the winner of a field beats that of its object; a disabled field is in no payload and no difference (A52)."""
    masters = pair(fields={"phone": {"winner": "hubspot"}})
    both_call(masters, "111", "222")
    assert phones(masters) == ("111", "111")
    off = pair(fields={"phone": {"enabled": False}})
    both_call(off, "111", "222")
    assert (phones(off), off.states()["customer:9:1"], off.written) == (("111", "222"), "OPS_UNCHANGED", [])


@pytest.mark.rule("A49", "A36", "N10")
def test_a_field_may_flow_one_way_only() -> None:
    """A36: a field with a direction of its own is never written against it."""
    masters = pair(fields={"phone": {"direction": "hubspot_to_quickbooks"}})
    masters.edit(Q, "Customer", "1", {"PrimaryPhone": {"FreeFormNumber": "222"}})
    masters.night()
    assert phones(masters) == ("000", "222")
    masters.edit(H, "contacts", "9", {"phone": "111"})
    masters.night()
    assert phones(masters) == ("111", "111")


@pytest.mark.rule("N10", "A54")
@pytest.mark.parametrize(("setting", "left"), [({}, "000"), ({"phone": {"blank_overwrites": True}}, None)])
def test_a_blank_overwrites_only_where_the_rules_say_so(setting: dict[str, Any], left: str | None) -> None:
    """N10: an emptied field leaves the other side alone, unless `blank_overwrites` is said for it."""
    masters = pair(fields=setting)
    masters.edit(Q, "Customer", "1", {"PrimaryPhone": None})
    masters.night()
    assert phones(masters) == (left, None)
    masters.night()
    assert (masters.night(), phones(masters)) == ({}, (left, None))


@pytest.mark.rule("D100", "A92", "OPS_PAUSED_BY_USER")
@pytest.mark.parametrize("how", ["decision", "file"])
def test_a_pause_holds_until_its_day_and_ends_by_itself(how: str) -> None:
    """D100: a paused pair is written by nobody; the day after its last day it catches up though nobody touched it."""
    pause = {"object": "customer", "quickbooks": "1", "who": "Kari", "why": "audit", "until": TODAY.isoformat()}
    masters = pair()
    if how == "file":
        masters.situation = rules(pauses=[pause])
    else:
        masters.decide(Q, "1", "pause", why="audit", until=TODAY)
    masters.edit(H, "contacts", "9", {"phone": "111"})
    masters.night()
    assert (masters.states()["customer:9:1"], phones(masters)) == ("OPS_PAUSED_BY_USER", ("111", "000"))
    (state,) = rows(masters.con, "SELECT sentence, state FROM record_states")
    assert state["state"] == "EXCLUDED"
    assert "Kari" in state["sentence"]
    assert "audit" in state["sentence"]
    assert masters.night() == {}
    masters.situation = replace(masters.situation, today=TODAY + timedelta(days=1))
    masters.night()
    assert phones(masters) == ("111", "111")


@pytest.mark.rule("A77", "1.32", "A64", "1.28", "FLT_CUSTOM")
def test_a_pair_outside_a_changed_filter_is_excluded_and_stays_a_pair() -> None:
    """1.32: a filter changed afterwards excludes linked records; nothing is deleted, and what happened meanwhile flows later."""
    masters = pair()
    only = [{"property": "lifecyclestage", "operator": "any_of", "values": ["customer"]}]
    active = [{"property": "Notes", "operator": "known"}]
    masters.situation = rules(
        hubspot_to_quickbooks_filter={"groups": [only]}, quickbooks_to_hubspot_filter={"groups": [active]}
    )
    masters.edit(H, "contacts", "9", {"phone": "111"})
    masters.night()
    assert (masters.states()["customer:9:1"], masters.written) == ("FLT_CUSTOM", [])
    assert masters.primaries() == [("customer", "9", "1")]
    masters.situation = rules()
    masters.night()
    assert phones(masters) == ("111", "111")


@pytest.mark.rule("A77", "1.32", "A36")
def test_a_direction_turned_afterwards_leaves_pairs_together() -> None:
    """1.32: after the direction was turned the pair is kept, edits flow the new way only and nothing is undone."""
    masters = pair()
    masters.situation = rules(direction="quickbooks_to_hubspot")
    masters.edit(H, "contacts", "9", {"phone": "111"})
    masters.night()
    assert (phones(masters), masters.primaries()) == (("111", "000"), [("customer", "9", "1")])
    masters.edit(Q, "Customer", "1", {"PrimaryPhone": {"FreeFormNumber": "222"}})
    masters.night()
    assert phones(masters) == ("222", "222")


@pytest.mark.rule("A92", "A93", "A94", "FLT_OBJECT_OFF", "D22")
def test_an_object_that_was_off_brings_its_backlog_when_it_is_on_again() -> None:
    """A92-A94: off means nothing is written and nothing forgotten; on again, all that happened meanwhile is in one plan."""
    masters = pair()
    masters.situation = rules(enabled=False)
    masters.edit(H, "contacts", "9", {"phone": "111"})
    masters.customer("2", "bob@example.com")
    masters.night()
    assert (set(masters.states().values()), masters.written) == ({"FLT_OBJECT_OFF"}, [])
    masters.situation = rules()
    found = masters.night()
    assert {key for key, verdict in found.items() if verdict.operations} == {"customer:9:1", "customer:-:2"}
    assert phones(masters) == ("111", "111")


NOTES = {"custom_fields": [{"hubspot": "vip_note", "quickbooks": "Notes"}]}


@pytest.mark.rule("A53", "A54", "A55", "A60")
def test_a_mapping_added_later_is_evaluated_over_history_and_removing_it_blanks_nothing() -> None:
    """A54, A60: an added mapping fills blanks of old pairs nobody touched, then flows; once removed, both sides keep theirs."""
    masters = pair()
    masters.edit(Q, "Customer", "1", {"Notes": "call first"})
    masters.night()
    masters.situation = rules(**NOTES)
    masters.night()
    assert masters.payload(H, "contacts", "9")["vip_note"] == "call first"
    masters.edit(H, "contacts", "9", {"vip_note": "never call"})
    masters.night()
    assert masters.payload(Q, "Customer", "1")["Notes"] == "never call"
    masters.situation = rules()
    masters.night()
    assert masters.written == []
    masters.edit(H, "contacts", "9", {"vip_note": "again"})
    masters.night()
    assert (masters.written, masters.payload(Q, "Customer", "1")["Notes"]) == ([], "never call")


@pytest.mark.rule("A53", "A54", "D85", "VAL_TOO_LONG")
def test_a_mapped_text_that_is_too_long_is_refused_and_never_cut() -> None:
    """D85: what the other side would cut fails with the field and its length; nothing of the record is written."""
    masters = pair(custom_fields=[{"hubspot": "greeting", "quickbooks": "Title"}])
    masters.edit(H, "contacts", "9", {"greeting": "x" * 17, "phone": "111"})
    masters.night()
    assert (masters.states()["customer:9:1"], masters.written) == ("VAL_TOO_LONG", [])


@pytest.mark.rule("H20", "1.22", "REC_DRIFT")
def test_the_first_night_fills_blanks_and_lists_differences_once() -> None:
    """H20: a first link fills what is blank and leaves what differs on both sides, told once as a worklist."""
    masters = Nights(rules(winner="hubspot"))
    masters.customer(
        "1", "ada@example.com", GivenName="Ada", BillAddr={"Line1": "1 Main St", "City": "Boston", "Line2": "c/o"}
    )
    masters.contact("9", "ada@example.com", firstname="Augusta", zip="02110")
    masters.night()
    customer, contact = masters.payload(Q, "Customer", "1"), masters.payload(H, "contacts", "9")
    assert (customer["GivenName"], contact["firstname"], contact["city"]) == ("Ada", "Augusta", "Boston")
    assert customer["BillAddr"] == {"Line1": "1 Main St", "City": "Boston", "Line2": "c/o", "PostalCode": "02110"}
    (state,) = rows(masters.con, "SELECT code, reasons FROM record_states")
    assert "first_name" in state["reasons"]
    assert masters.night() == {}


@pytest.mark.rule("N12", "A46", "1.20", "H23", "A48", "A72")
def test_a_customer_is_named_once_and_keeps_what_is_decided_once() -> None:
    """1.20: a renamed person or company leaves DisplayName, currency, parent and terms in QuickBooks as they are."""
    masters = Nights(rules())
    masters.contact("9", "ada@example.com", firstname="Ada", lastname="Lovelace", company="Engines")
    masters.night()
    ((_entity, _contact, made),) = masters.primaries()
    masters.edit(Q, "Customer", made, {"SalesTermRef": {"value": "3"}, "ResaleNum": "RS-7", "Taxable": True})
    masters.edit(H, "contacts", "9", {"company": "Analytical Engines", "lastname": "King"})
    masters.night()
    customer = masters.payload(Q, "Customer", made)
    assert (customer["DisplayName"], customer["CompanyName"], customer["FamilyName"]) == (
        "Engines",
        "Analytical Engines",
        "King",
    )
    assert (customer["SalesTermRef"], customer["ResaleNum"], customer["Taxable"]) == ({"value": "3"}, "RS-7", True)


@pytest.mark.rule("N17", "A51")
def test_a_record_that_failed_an_own_check_is_looked_at_every_night() -> None:
    """N17: a clash of names heals in the night after the holder was renamed, though the contact itself was not touched."""
    masters = Nights(rules())
    masters.customer("1", DisplayName="Acme")
    masters.contact("9", "ada@example.com", company="Acme")
    for _ in range(2):
        masters.night()
        assert masters.states()["customer:9:-"] == "CUS_DISPLAY_NAME_TAKEN"
    masters.edit(Q, "Customer", "1", {"DisplayName": "Acme Holding"})
    masters.night()
    assert len(masters.primaries()) == 1


@pytest.mark.rule("N13", "A93")
def test_the_entity_of_a_pause_is_the_one_it_names() -> None:
    """A pause of a product says nothing about a customer of the same id."""
    pause = {"object": "product", "quickbooks": "1", "who": "Kari", "why": "stock-taking"}
    masters = Nights(rules(pauses=[pause]))
    masters.customer("1", "ada@example.com")
    assert masters.verdicts(Entity.CUSTOMER)["customer:-:1"].code == "OPS_UNCHANGED"
