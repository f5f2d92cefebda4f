"""Companies as customers, their contacts as aliases, and companies made of QuickBooks' company names."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters_night import Nights

H, Q = System.HUBSPOT, System.QUICKBOOKS


def books(**customers: object) -> Nights:
    return Nights(situation(customers={"hubspot_to_quickbooks_filter": "all", **customers}))


def by_company(**more: object) -> Nights:
    return books(bill="companies", **more)


@pytest.mark.rule("A37", "A46", "A74")
def test_a_company_is_matched_by_its_name_whatever_its_case_and_blanks() -> None:
    """With `bill: companies` a company and a customer of the same name are one pair, and only the mark is written."""
    masters = by_company()
    masters.customer("1", "ap@acme.test", DisplayName="ACME  Corp", CompanyName="ACME  Corp")
    masters.company("5", "acme corp")
    assert masters.night()["customer:5:1"].code == "OPS_UNCHANGED"
    assert masters.payload(H, "companies", "5")["qbo_id"] == f"{masters.situation.company.realm}:1"
    assert masters.night() == {}


@pytest.mark.rule("A37", "D33")
def test_a_domain_ties_a_company_only_where_one_record_of_each_side_has_it() -> None:
    """A web or e-mail domain is a key while it is nobody else's; shared by two customers it says nothing."""
    masters = by_company()
    masters.customer("1", "ap@acme.test", DisplayName="Acme Incorporated")
    masters.company("5", "Acme", domain="www.acme.test")
    assert "customer:5:1" in masters.night()
    several = by_company()
    several.customer("1", "ap@acme.test", DisplayName="Acme Incorporated")
    several.customer("2", "billing@acme.test", DisplayName="Acme Corporation")
    several.company("5", "Acme", domain="acme.test")
    assert {"customer:5:-", "customer:-:1", "customer:-:2"} == set(several.night())


@pytest.mark.rule("D33", "ID_AMBIGUOUS_MATCH")
def test_two_companies_of_one_name_are_told_and_not_guessed() -> None:
    """D33: a name that stands twice on one side links nobody; both are named."""
    masters = by_company()
    masters.customer("1", DisplayName="Acme")
    masters.company("5", "Acme")
    masters.company("6", "Acme")
    found = masters.night()
    assert {verdict.code for verdict in found.values()} == {"ID_AMBIGUOUS_MATCH"}
    assert [each["id"] for each in found["customer:-:1"].candidates] == ["5", "6"]


@pytest.mark.rule("A75", "A76", "H21")
def test_a_companys_contacts_become_aliases_and_never_a_second_partner() -> None:
    """H21: contacts of a billed company get `qbo_alias_of` and a link of role alias; who leaves loses both."""
    masters = by_company()
    masters.customer("1", DisplayName="Acme")
    masters.company("5", "Acme")
    masters.company("6", "Elsewhere")
    masters.contact("8", "a@acme.test")
    masters.contact("9", "b@acme.test")
    for contact in ("8", "9"):
        masters.associate(contact, "5")
    masters.night()
    mark = f"{masters.situation.company.realm}:1"
    assert [masters.payload(H, "contacts", each)["qbo_alias_of"] for each in ("8", "9")] == [mark, mark]
    assert [each for each in masters.primaries() if each[2] == "1"] == [("customer", "5", "1")]
    masters.con.execute("DELETE FROM associations WHERE '9' IN (from_id, to_id)")
    masters.associate("9", "6")
    masters.night()
    assert masters.payload(H, "contacts", "9")["qbo_alias_of"] != mark
    left = rows(masters.con, "SELECT hubspot_id FROM links WHERE role = 'alias' AND quickbooks_id = '1'")
    assert [row["hubspot_id"] for row in left] == ["8"]
    masters.night()
    assert (masters.night(), masters.written) == ({}, [])


@pytest.mark.rule("A75", "N13")
def test_contacts_of_a_company_made_in_the_same_night_are_told_at_once() -> None:
    """The customer a company is just getting is named to its contacts in the same night; the second night is empty."""
    masters = by_company()
    masters.company("5", "Acme")
    masters.contact("9", "b@acme.test")
    masters.associate("9", "5")
    masters.night()
    (pair,) = masters.primaries()
    assert masters.payload(Q, "Customer", pair[2])["DisplayName"] == "Acme"
    assert masters.payload(H, "contacts", "9")["qbo_alias_of"] == f"{masters.situation.company.realm}:{pair[2]}"
    assert masters.night() == {}


@pytest.mark.rule("A77", "1.32")
def test_turning_people_into_companies_leaves_no_second_partner() -> None:
    """1.32: pairs of contacts become aliases when companies are billed; the company is the customer's only partner."""
    masters = books()
    masters.customer("1", "ap@acme.test", DisplayName="Acme")
    masters.contact("9", "ap@acme.test", company="Acme")
    masters.night()
    masters.company("5", "Acme")
    masters.associate("9", "5")
    masters.situation = situation(customers={"hubspot_to_quickbooks_filter": "all", "bill": "companies"})
    masters.night()
    assert masters.primaries() == [("customer", "5", "1")]
    assert masters.payload(H, "contacts", "9")["qbo_id"] is None
    masters.night()
    assert (masters.night(), masters.written) == ({}, [])


@pytest.mark.rule("A40", "A41", "A42", "1.18")
def test_a_company_is_made_once_for_several_contacts_of_its_name() -> None:
    """1.18: with `create_companies` two customers of one company name get one company, each associated with it at creation."""
    masters = books(create_companies=True)
    for number in ("1", "2"):
        masters.customer(number, f"{number}@acme.test", CompanyName="Acme")
    found = masters.night()
    made = [one for verdict in found.values() for one in verdict.operations if one.action is Action.CREATE]
    assert [one.steps[0].object for one in made].count("companies") == 1
    ends = rows(masters.con, "SELECT to_id, type_ids FROM associations WHERE from_object = 'contacts'")
    assert len(ends) == 2
    assert len({end["to_id"] for end in ends}) == 1
    assert ends[0]["type_ids"] == [1]
    masters.customer("3", "3@acme.test", CompanyName=" ACME ")
    masters.night()
    assert len(rows(masters.con, "SELECT id FROM mirror WHERE object = 'companies'")) == 1
    masters.night()
    assert masters.night() == {}


@pytest.mark.rule("A43", "1.18")
def test_an_existing_primary_company_is_never_changed() -> None:
    """A43: a contact that has a company keeps it, and companies are not made at all unless the rules ask for them."""
    masters = books(create_companies=True)
    masters.company("5", "Hand-picked")
    masters.contact("9", "a@acme.test")
    masters.associate("9", "5")
    masters.customer("1", "a@acme.test", CompanyName="Acme")
    masters.night()
    assert rows(masters.con, "SELECT DISTINCT to_id FROM associations WHERE from_id = '9'") == [{"to_id": "5"}]
    plain = books()
    plain.customer("1", "a@acme.test", CompanyName="Acme")
    plain.night()
    assert rows(plain.con, "SELECT id FROM mirror WHERE object = 'companies'") == []


@pytest.mark.rule("A42", "1.18")
def test_a_contact_that_is_first_linked_gets_the_company_that_is_there() -> None:
    """1.18: a contact without company is associated when it is linked, with the one company of that name."""
    masters = books(create_companies=True)
    masters.company("5", "ACME")
    masters.contact("9", "a@acme.test")
    masters.customer("1", "a@acme.test", CompanyName="Acme")
    masters.night()
    assert rows(masters.con, "SELECT to_id FROM associations WHERE from_id = '9'") == [{"to_id": "5"}]


def test_the_rules_take_both_words() -> None:
    """A word that `bill` does not know is refused when the rules are read."""
    with pytest.raises(ValueError, match="bill"):
        Rules.model_validate({"timezone": "Europe/Oslo", "customers": {"bill": "everyone"}})
