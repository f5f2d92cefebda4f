"""Keys that people choose, links instead of clashes, what comes along without a SKU, and near misses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters import codes
from hsqbo_pipeline_tests.core.masters_night import Nights

H, Q = System.HUBSPOT, System.QUICKBOOKS


def people(**customers: object) -> Nights:
    return Nights(situation(customers={"hubspot_to_quickbooks_filter": "all", **customers}))


def goods(**products: object) -> Nights:
    return Nights(situation(products={"direction": "both", "income_account": "acc", **products}))


@pytest.mark.rule("A27", "A21")
def test_chosen_fields_are_the_key_and_must_all_agree() -> None:
    """`match.mode: fields`: last name and postcode together make a pair, in any case; one alone does not."""
    masters = people(match={"mode": "fields", "fields": ["last_name", "zip"]})
    masters.customer("1", "old@example.com", FamilyName="LOVELACE", BillAddr={"PostalCode": "02110"})
    masters.customer("2", "x@example.com", FamilyName="Lovelace", BillAddr={"PostalCode": "99999"})
    masters.contact("9", "new@example.com", lastname="Lovelace", zip="02110")
    found = masters.night()
    assert found["customer:9:1"].operations[0].on_done["link"]["matched_by"] == "last_name+zip"
    assert "customer:-:2" in found


@pytest.mark.rule("A27", "D33", "ID_AMBIGUOUS_MATCH")
def test_a_chosen_key_that_several_have_is_told_as_ambiguous() -> None:
    """A key of chosen fields that stands twice on one side links nobody and does not speak of e-mails."""
    masters = people(match={"mode": "fields", "fields": ["last_name"]})
    for number in ("1", "2"):
        masters.customer(number, f"{number}@example.com", FamilyName="Lee")
    masters.contact("9", "9@example.com", lastname="Lee")
    assert set(codes(masters.night()).values()) == {"ID_AMBIGUOUS_MATCH"}


@pytest.mark.rule("A27", "D35", "ID_DUPLICATE_IN_BATCH")
def test_with_no_matching_only_links_count_and_no_address_is_given_twice() -> None:
    """`match.mode: none`: equal e-mails make no pair; a contact with that e-mail there, or one just made, is named (D35)."""
    masters = people(match={"mode": "none"}, direction="quickbooks_to_hubspot")
    masters.customer("1", "ada@example.com")
    masters.customer("2", "ADA@example.com")
    masters.customer("3", "bob@example.com")
    masters.contact("9", "bob@example.com")
    found = masters.night()
    assert found["customer:-:1"].operations[0].action is Action.CREATE
    assert (found["customer:-:2"].code, found["customer:-:2"].slots["holder"]) == (
        "ID_DUPLICATE_IN_BATCH",
        "customer 1",
    )
    assert found["customer:-:3"].slots["holder"] == "contact 9"


@pytest.mark.rule("A74", "A73", "CUS_DISPLAY_NAME_TAKEN")
def test_a_clash_may_link_with_the_customer_that_has_the_name() -> None:
    """With `display_name_clash: link` a contact goes to the unlinked active customer of its name, once; nothing is made."""
    masters = people(display_name_clash="link")
    masters.customer("1", DisplayName="ACME")
    masters.contact("8", "a@example.com", company="Acme", created="2026-01-01T00:00:00Z")
    masters.contact("9", "b@example.com", company="Acme", created="2026-02-01T00:00:00Z")
    found = masters.night()
    assert found["customer:8:1"].operations[0].on_done["link"]["matched_by"] == "display_name"
    assert found["customer:9:-"].code == "CUS_DISPLAY_NAME_TAKEN"
    assert masters.made == 0
    assert masters.primaries() == [("customer", "8", "1")]


@pytest.mark.rule("A73", "A74", "CUS_DISPLAY_NAME_TAKEN")
@pytest.mark.parametrize("holder", ["vendor", "inactive", "job", "linked"])
def test_a_clash_never_links_with_anybody_else(holder: str) -> None:
    """A vendor, an inactive customer, a job or a linked customer keeps the name: the contact fails and names the holder."""
    masters = people(display_name_clash="link")
    if holder == "vendor":
        masters.quickbooks("Vendor", "1", DisplayName="Acme")
    else:
        more = {"inactive": {"Active": False}, "job": {"ParentRef": {"value": "2"}, "Job": True}}.get(holder, {})
        masters.customer("1", DisplayName="Acme", **more)
    if holder == "linked":
        masters.contact("8", "x@example.com")
        masters.link(masters.entities[1], "8", "1")
    masters.contact("9", "a@example.com", company="Acme")
    assert masters.night()["customer:9:-"].code == "CUS_DISPLAY_NAME_TAKEN"


@pytest.mark.rule("A47", "CUS_NO_NAME", "D48")
def test_fallbacks_of_a_name_are_those_of_the_rules() -> None:
    """A47: without company the rules' fallbacks follow in their order; where none is left there is no name."""
    masters = people(display_name={"fallbacks": ["email"]})
    masters.contact("9", "ann@example.com", firstname="Ann", lastname="Lee")
    assert body_of(masters, "customer:9:-")["DisplayName"] == "ann@example.com"
    none = people(display_name={"fallbacks": []})
    none.contact("9", "ann@example.com", firstname="Ann")
    assert none.night()["customer:9:-"].code == "CUS_NO_NAME"


def body_of(masters: Nights, key: str) -> dict[str, object]:
    found = masters.night()
    return dict(found[key].operations[0].steps[0].body)


@pytest.mark.rule("A22", "1.13")
def test_without_a_sku_products_are_matched_by_name_where_the_rules_say_so() -> None:
    """1.13: with `sku_required: false` a SKU is a key still; whoever has none is matched by name, or made."""
    masters = goods(sku_required=False)
    masters.item("1", "W-1", Name="Widget")
    masters.item("2", Name="Gadget")
    masters.item("3", Name="Lonely")
    masters.item("4", "S-4", Name="Sprocket")
    masters.hubspot("products", "91", name="Widget", hs_sku="w-1")
    masters.hubspot("products", "92", name="GADGET")
    masters.hubspot("products", "94", name="Sprocket")
    found = masters.night()
    assert {"product:91:1", "product:92:2", "product:94:4", "product:-:3"} == set(found)
    assert found["product:-:3"].operations[0].action is Action.CREATE
    assert masters.night() == {}


@pytest.mark.rule("A22", "D33", "D40")
def test_two_products_of_one_name_are_hard_to_tell_apart_not_of_one_sku() -> None:
    """Names that stand twice are told as ambiguous; a doubled SKU keeps its own code."""
    masters = goods(sku_required=False)
    masters.item("1", Name="Widget")
    masters.hubspot("products", "91", name="Widget", hs_sku="A")
    masters.hubspot("products", "92", name="Widget", hs_sku="B")
    masters.hubspot("products", "93", name="One", hs_sku="C")
    masters.hubspot("products", "94", name="Two", hs_sku="C")
    told = codes(masters.night())
    assert told["product:91:-"] == told["product:92:-"] == told["product:-:1"] == "ID_AMBIGUOUS_MATCH"
    assert told["product:93:-"] == told["product:94:-"] == "ITM_SKU_DUPLICATE"


@pytest.mark.rule("1.13", "A22", "N17")
def test_an_item_that_gets_its_sku_comes_along_the_next_night() -> None:
    """1.13: a SKU that is added later pairs the item with a product that nobody touched."""
    masters = goods(direction="quickbooks_to_hubspot")
    masters.item("1", Name="Widget")
    masters.hubspot("products", "91", name="Widget", hs_sku="W-1")
    assert masters.night()["product:-:1"].code == "ITM_NO_SKU"
    masters.edit(Q, "Item", "1", {"Sku": "W-1"})
    assert masters.night()["product:91:1"].operations[0].action is Action.LINK


@pytest.mark.rule("D42", "ITM_NAME_TAKEN")
def test_a_product_may_be_linked_with_the_item_that_has_its_name() -> None:
    """With `name_clash: link` the product goes to the unlinked item of its name, though their SKUs differ."""
    masters = goods(name_clash="link")
    masters.item("1", "OTHER", Name="Widget")
    masters.hubspot("products", "91", name="widget", hs_sku="W-1")
    assert masters.night()["product:91:1"].operations[0].on_done["link"]["matched_by"] == "name"
    assert masters.primaries() == [("product", "91", "1")]
    assert masters.made == 0


@pytest.mark.rule("D28", "A67", "FLT_INACTIVE")
def test_inactive_customers_come_along_where_the_rules_want_them_and_are_never_written() -> None:
    """`inactive: include`: an inactive customer is matched and read into HubSpot; an edit there does not go back."""
    masters = people(inactive="include", winner="hubspot")
    masters.customer("1", "ada@example.com", GivenName="Ada", Active=False)
    masters.contact("9", "ada@example.com")
    masters.night()
    assert masters.payload(H, "contacts", "9")["firstname"] == "Ada"
    masters.edit(H, "contacts", "9", {"firstname": "Augusta"})
    masters.night()
    assert masters.payload(Q, "Customer", "1")["GivenName"] == "Ada"
    assert (masters.states()["customer:9:1"], masters.written) == ("OPS_UNCHANGED", [])


@pytest.mark.rule("D28", "A38")
def test_inactive_items_come_along_where_the_rules_want_them() -> None:
    """`products.inactive: include`: an inactive item becomes a product."""
    masters = goods(inactive="include")
    masters.item("1", "W-1", Name="Widget (deleted)", Active=False)
    assert masters.night()["product:-:1"].operations[0].action is Action.CREATE


@pytest.mark.rule("D41", "ITM_SKU_NEAR_MISS")
@pytest.mark.parametrize("spelling", ["w-1", "\uff37-1"])  # lower case; a full-width letter
def test_one_sku_in_two_spellings_is_a_pair_with_a_warning(spelling: str) -> None:
    """D41: SKUs that differ in case or kind of letter are one product; both spellings are told and neither is changed."""
    masters = goods()
    masters.item("1", "W-1", Name="Widget")
    masters.hubspot("products", "91", name="Widget", hs_sku=spelling)
    masters.night()
    (state,) = masters.con.execute("SELECT code, state, sentence FROM record_states").fetchall()
    assert state[:2] == ("ITM_SKU_NEAR_MISS", "IN_SYNC")
    assert "W-1" in state[2]
    assert masters.payload(H, "products", "91")["hs_sku"] == spelling
    assert masters.night() == {}


@pytest.mark.rule("A21", "D41")
def test_skus_that_differ_in_dashes_are_only_suggested() -> None:
    """A SKU with other dashes is a suggestion with its reason and score; both records go their own way."""
    masters = goods(direction="quickbooks_to_hubspot")
    masters.item("1", "W-1", Name="Widget")
    masters.hubspot("products", "91", name="Widget", hs_sku="W1")
    (candidate,) = masters.night()["product:-:1"].candidates
    reasons = ["same name", "the SKUs differ only in dashes, dots or blanks"]
    assert candidate == {"system": "hubspot", "id": "91", "score": "0.92", "reasons": reasons}


@pytest.mark.rule("A27", "D30", "ID_NO_EMAIL")
@pytest.mark.parametrize(
    ("email", "more", "reason"),
    [
        ("ada.love+shop@example.com", {}, "the e-mail addresses differ only in dots or a tag"),
        ("adalove@exampel.com", {}, "the e-mail addresses are nearly alike"),
        ("else@where.test", {"lastname": "Lovelace", "firstname": "Ada", "zip": "02110"}, "same name and postcode"),
        ("else@where.test", {"lastname": "Lovelace", "firstname": "ADA", "phone": "(212) 555-0100"}, "same name and phone number"),
        (None, {"lastname": "Lovelace", "firstname": "Ada", "zip": "02110"}, "same name and postcode"),
    ],
)  # fmt: skip
def test_near_customers_are_suggested_with_their_reason_and_never_matched(
    email: str | None, more: dict[str, str], reason: str
) -> None:
    """A near e-mail, or one name with one postcode or phone, is a suggestion on the record without a partner."""
    masters = people()
    masters.customer(
        "1", "adalove@example.com", GivenName="Ada", FamilyName="Lovelace",
        BillAddr={"PostalCode": "02110"}, PrimaryPhone={"FreeFormNumber": "212-555-0100"},
    )  # fmt: skip
    masters.contact("9", email, **more)
    found = masters.night()
    (candidate,) = found["customer:9:-"].candidates
    assert (candidate["id"], candidate["reasons"]) == ("1", [reason])
    assert "customer:-:1" in found


@pytest.mark.rule("A27", "E1")
@settings(max_examples=15, deadline=None)
@given(st.permutations([("1", "a.b@x.test"), ("2", "ab+t@x.test"), ("3", "abc@x.test"), ("4", "zz@y.test")]))
def test_suggestions_do_not_depend_on_the_order_of_reading(order: list[tuple[str, str]]) -> None:
    """The same records give the same suggestions, in the same order, with the same scores."""
    masters = people()
    for record_id, email in order:
        masters.customer(record_id, email)
    masters.contact("9", "ab@x.test")
    candidates = masters.verdicts(masters.entities[1])["customer:9:-"].candidates
    assert [(each["id"], each["score"]) for each in candidates] == [("1", "0.95"), ("2", "0.95")]
