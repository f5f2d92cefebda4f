"""Who becomes whose partner, what a new customer is called, and who stays out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters import Masters, body, codes

ALL = {"hubspot_to_quickbooks_filter": "all"}


def books(**customers: object) -> Masters:
    return Masters(situation(customers={**ALL, **customers}))


def plan(masters: Masters) -> dict[str, Verdict]:
    return masters.verdicts(Entity.CUSTOMER)


@pytest.mark.rule("A25", "A67", "A37")
def test_every_customer_with_an_email_becomes_one_contact() -> None:
    """A25: a QuickBooks customer with an e-mail and no partner becomes one contact that carries our mark."""
    masters = books()
    masters.customer("1", "ada@example.com", GivenName="Ada", FamilyName="Lovelace")
    verdict = plan(masters)["customer:-:1"]
    assert verdict.operations[0].action is Action.CREATE
    assert body(verdict) == {
        "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace", "qbo_id": f"{masters.situation.company.realm}:1",
    }  # fmt: skip


@pytest.mark.rule("A27", "ID_NO_EMAIL", "D30")
def test_without_an_email_nobody_is_matched() -> None:
    """D30: a record without e-mail is excluded with that reason."""
    masters = books()
    masters.customer("1")
    masters.contact("9", firstname="Nobody")
    assert codes(plan(masters)) == {"customer:-:1": "ID_NO_EMAIL", "customer:9:-": "ID_NO_EMAIL"}


@pytest.mark.rule("A27")
def test_equal_emails_link_and_write_only_the_mark_and_blanks() -> None:
    """A27 and H20: the same e-mail in another case links; blanks are filled, QuickBooks is not written."""
    masters = books()
    masters.customer("1", "Ada@Example.com", GivenName="Ada", PrimaryPhone={"FreeFormNumber": "1"})
    masters.contact("9", "ada@example.com", firstname="Ada")
    verdict = plan(masters)["customer:9:1"]
    assert [one.system for one in verdict.operations] == [System.HUBSPOT]
    assert body(verdict) == {"phone": "1", "qbo_id": f"{masters.situation.company.realm}:1"}
    assert verdict.operations[0].on_done["link"]["matched_by"] == "email"


@pytest.mark.rule("A27", "D33")
def test_secondary_emails_and_several_addresses_in_one_field_count() -> None:
    """HubSpot's further e-mails and several addresses in one QuickBooks field are keys like the first one."""
    masters = books()
    masters.customer("1", "billing@example.com, ada@example.com")
    masters.contact("9", "other@example.com", hs_additional_emails="x@example.com;ada@example.com")
    assert "customer:9:1" in plan(masters)


@pytest.mark.rule("D32", "ID_EMAIL_SHARED")
def test_a_shared_email_is_told_with_everyone_who_shares_it() -> None:
    """D32: two strangers with one e-mail both fail, name each other, and nothing is made."""
    masters = books()
    masters.customer("1", "info@shared.test")
    masters.customer("2", "info@shared.test")
    verdicts = plan(masters)
    assert codes(verdicts) == {"customer:-:1": "ID_EMAIL_SHARED", "customer:-:2": "ID_EMAIL_SHARED"}
    assert verdicts["customer:-:1"].candidates[0]["id"] == "2"
    assert not any(verdict.operations for verdict in verdicts.values())


@pytest.mark.rule("N11", "CUS_SUB_CUSTOMER", "H21")
def test_jobs_never_compete_with_their_parent() -> None:
    """N11: a job that shares its parent's e-mail, or has none, is excluded; the parent comes along."""
    masters = books()
    masters.customer("1", "ap@acme.test")
    masters.customer("2", "ap@acme.test", ParentRef={"value": "1"}, Job=True)
    masters.customer("3", ParentRef={"value": "1"}, Job=True)
    masters.customer("4", "own@acme.test", ParentRef={"value": "1"}, Job=True)
    told = codes(plan(masters))
    assert told["customer:-:1"] == told["customer:-:4"] == "OPS_UNCHANGED"
    assert told["customer:-:2"] == told["customer:-:3"] == "CUS_SUB_CUSTOMER"


@pytest.mark.rule("D34", "ID_LINK_CLAIMED")
def test_a_partner_that_is_taken_is_not_taken_away() -> None:
    """D34: a customer whose e-mail belongs to a contact that is linked elsewhere fails and names both."""
    masters = books()
    masters.customer("1", "old@example.com")
    masters.contact("9", "ada@example.com")
    masters.link(Entity.CUSTOMER, "9", "1")
    masters.customer("2", "ada@example.com")
    verdict = plan(masters)["customer:-:2"]
    assert (verdict.code, verdict.slots["id"], verdict.slots["holder"]) == ("ID_LINK_CLAIMED", "9", "1")


@pytest.mark.rule("A26")
def test_a_link_survives_a_changed_email() -> None:
    """A26: the pair stays a pair when one side's e-mail has changed."""
    masters = books()
    masters.customer("1", "old@example.com")
    masters.contact("9", "new@example.com")
    masters.link(Entity.CUSTOMER, "9", "1")
    assert list(plan(masters)) == ["customer:9:1"]


@pytest.mark.rule("D36", "ID_MERGED_AWAY", "A26")
def test_a_merged_contact_carries_its_link_along() -> None:
    """D36: the survivor of a merge takes over the partner of the contact it swallowed."""
    masters = books()
    masters.customer("1", "ada@example.com")
    masters.contact("9", "ada@example.com", hs_merged_object_ids="7;8")
    masters.link(Entity.CUSTOMER, "7", "1")
    assert list(plan(masters)) == ["customer:9:1"]


@pytest.mark.rule("A63", "A68", "FLT_CUSTOM", "D27")
def test_contacts_without_an_invoice_never_become_customers() -> None:
    """A63, A68: with the recommended filter a contact leaves HubSpot only with a finalised invoice made there after the start."""
    masters = Masters(situation(customers={"hubspot_to_quickbooks_filter": "recommended"}))
    masters.contact("9", "ada@example.com", firstname="Ada")
    verdict = plan(masters)["customer:9:-"]
    assert verdict.code == "FLT_CUSTOM"
    assert "invoices.hs_invoice_status" in verdict.slots["condition"]


@pytest.mark.rule("A36", "A92", "A93", "FLT_DIRECTION_OFF", "FLT_OBJECT_OFF", "D22", "D23")
@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        (
            {"direction": "quickbooks_to_hubspot"},
            {"customer:9:-": "FLT_DIRECTION_OFF", "customer:-:1": "OPS_UNCHANGED"},
        ),
        (
            {"direction": "hubspot_to_quickbooks"},
            {"customer:9:-": "OPS_UNCHANGED", "customer:-:1": "FLT_DIRECTION_OFF"},
        ),
        ({"direction": "off"}, {"customer:9:-": "FLT_OBJECT_OFF", "customer:-:1": "FLT_OBJECT_OFF"}),
        ({"enabled": False}, {"customer:9:-": "FLT_OBJECT_OFF", "customer:-:1": "FLT_OBJECT_OFF"}),
    ],
)
def test_a_direction_that_is_off_writes_nothing(customers: dict[str, object], expected: dict[str, str]) -> None:
    """A36, A93: what the direction does not send is excluded with that reason and has no operation."""
    masters = books(**customers)
    masters.customer("1", "ada@example.com")
    masters.contact("9", "bob@example.com", firstname="Bob")
    verdicts = plan(masters)
    assert codes(verdicts) == expected
    assert {key for key, verdict in verdicts.items() if verdict.operations} == {
        k for k, c in expected.items() if c == "OPS_UNCHANGED"
    }


@pytest.mark.rule("A46", "A47", "A48", "N12")
def test_a_new_customer_is_called_by_company_then_person_then_email() -> None:
    """A46, A47: the company's name, else first and last name, else the e-mail address; A48 turns the company off."""
    masters = books()
    masters.contact("1", "a@example.com", company="Acme", firstname="Ann", lastname="Lee")
    masters.contact("2", "b@example.com", firstname="Bob", lastname="Ray")
    masters.contact("3", "c@example.com")
    names = [body(verdict)["DisplayName"] for verdict in plan(masters).values()]
    assert names == ["Acme", "Bob Ray", "c@example.com"]
    people = books(display_name={"from_company": False})
    people.contact("1", "a@example.com", company="Acme", firstname="Ann", lastname="Lee")
    assert body(plan(people)["customer:1:-"])["DisplayName"] == "Ann Lee"


@pytest.mark.rule("A73", "A74", "CUS_DISPLAY_NAME_TAKEN", "D45")
@pytest.mark.parametrize("kind", ["Customer", "Vendor", "Employee"])
def test_a_name_that_anybody_holds_is_taken(kind: str) -> None:
    """A73: customers, vendors and employees share one name space, whatever the case; the holder is named."""
    masters = books()
    masters.quickbooks(kind, "77", DisplayName="ACME", Name="ACME")
    masters.contact("9", "a@example.com", company="Acme")
    verdict = plan(masters)["customer:9:-"]
    assert verdict.code == "CUS_DISPLAY_NAME_TAKEN"
    assert "77" in verdict.slots["holder"]


@pytest.mark.rule("A74", "A75")
def test_the_oldest_contact_of_a_company_gets_its_name() -> None:
    """A74: of two contacts of one company the older one gets the name, in whichever order they were read."""
    for order in (("1", "2"), ("2", "1")):
        masters = books()
        created = {"1": "2026-01-01T00:00:00Z", "2": "2026-02-01T00:00:00Z"}
        for contact in order:
            masters.contact(contact, f"{contact}@example.com", company="Acme", created=created[contact])
        assert codes(plan(masters)) == {"customer:1:-": "OPS_UNCHANGED", "customer:2:-": "CUS_DISPLAY_NAME_TAKEN"}


@pytest.mark.rule("A74")
def test_a_suffix_tells_two_of_the_same_name_apart() -> None:
    """With the suffix policy the second contact of a company becomes a customer of its own name."""
    masters = books(display_name_clash="suffix")
    masters.contact("1", "a@example.com", company="Acme")
    masters.contact("2", "b@example.com", company="Acme")
    assert [body(v)["DisplayName"] for v in plan(masters).values()] == ["Acme", "Acme (2)"]


@pytest.mark.rule("CUS_NAME_ILLEGAL", "D46", "CUS_NO_NAME", "VAL_TOO_LONG", "D85")
def test_what_quickbooks_would_refuse_is_found_before_it_is_asked() -> None:
    """D46: a colon in a name, or a field that is too long, fails with its code and no operation."""
    masters = books()
    masters.contact("1", "a@example.com", company="Acme: Berlin")
    masters.contact("2", "b@example.com", firstname="B", phone="1" * 31)
    assert codes(plan(masters)) == {"customer:1:-": "CUS_NAME_ILLEGAL", "customer:2:-": "VAL_TOO_LONG"}
    clean = books(forbidden_characters="clean")
    clean.contact("1", "a@example.com", company="Acme: Berlin")
    assert body(plan(clean)["customer:1:-"])["DisplayName"] == "Acme- Berlin"


@pytest.mark.rule("D28", "D49", "FLT_INACTIVE", "CUS_INACTIVE", "N11", "H22")
def test_inactive_customers_are_told_and_never_woken() -> None:
    """D28, D49: unlinked and inactive is excluded; linked and inactive fails; neither is written."""
    masters = books()
    masters.customer("1", "a@example.com", Active=False)
    masters.customer("2", "b@example.com", Active=False)
    masters.contact("9", "b@example.com")
    masters.link(Entity.CUSTOMER, "9", "2")
    verdicts = plan(masters)
    assert codes(verdicts) == {"customer:-:1": "FLT_INACTIVE", "customer:9:2": "CUS_INACTIVE"}
    assert not any(verdict.operations for verdict in verdicts.values())


@pytest.mark.rule("D31", "ID_BAD_EMAIL")
def test_a_bad_email_stops_only_its_own_record() -> None:
    """D31: what is no e-mail address is rejected with its field; the others come along."""
    masters = books()
    masters.customer("1", "not an address")
    masters.customer("2", "b@example.com")
    assert codes(plan(masters)) == {"customer:-:2": "OPS_UNCHANGED"}
    assert masters.con.execute("SELECT id, code, field FROM rejects").fetchall() == [("1", "ID_BAD_EMAIL", "email")]


@pytest.mark.rule("N10", "D88", "A51")
def test_both_sides_changed_differently_is_a_warning_with_the_losers_value() -> None:
    """D88: the winner's value is written and the loser's is told."""
    masters = books()
    masters.customer("1", "ada@example.com", PrimaryPhone={"FreeFormNumber": "222"})
    masters.contact("9", "ada@example.com", phone="111", qbo_id=f"{masters.situation.company.realm}:1")
    masters.link(Entity.CUSTOMER, "9", "1")
    masters.con.execute(
        "INSERT INTO baselines BY NAME SELECT 'customer' AS entity, '9' AS hubspot_id, '1' AS quickbooks_id, "
        """'{"phone": "000"}' AS hubspot_fields, '{"phone": "000"}' AS quickbooks_fields, 'run0' AS run_id"""
    )
    verdict = plan(masters)["customer:9:1"]
    assert verdict.code == "CONF_BOTH_CHANGED"
    assert verdict.slots["loser"] == {"phone": "111"}
    assert body(verdict) == {"phone": "222"}


emails = st.sampled_from([None, "a@x.test", "b@x.test", "c@x.test", "A@X.test"])


@pytest.mark.rule("E1", "D33", "A27")
@settings(max_examples=30)
@given(
    st.lists(emails, max_size=5),
    st.lists(emails, max_size=5, unique_by=lambda e: (e or object()) and (e.lower() if e else id(e))),
)
def test_nobody_gets_two_partners_whatever_the_emails(theirs: list[str | None], ours: list[str | None]) -> None:
    """Property: over any e-mails no record is in two pairs, everyone due is told once, and a shared address links nobody."""
    masters = books()
    for number, email in enumerate(theirs):
        masters.customer(str(number), email)
    for number, email in enumerate(ours):
        masters.contact(f"9{number}", email, firstname=f"P{number}")
    verdicts = plan(masters)
    sides = [(v.hubspot_id, "h") for v in verdicts.values() if v.hubspot_id] + [
        (v.quickbooks_id, "q") for v in verdicts.values() if v.quickbooks_id
    ]
    assert len(sides) == len(set(sides)) == len(theirs) + len(ours)
    shared = {e.lower() for e in theirs if e and [x.lower() for x in theirs if x].count(e.lower()) > 1}
    for verdict in verdicts.values():
        if verdict.hubspot_id and verdict.quickbooks_id:
            assert (theirs[int(verdict.quickbooks_id)] or "").lower() not in shared
