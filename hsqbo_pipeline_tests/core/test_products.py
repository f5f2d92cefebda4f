"""Which products and items belong together, which come along, and what they are called in QuickBooks."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters import Masters, body, codes


def books(**products: object) -> Masters:
    return Masters(situation(products={"direction": "both", "income_account": "acc", **products}))


def plan(masters: Masters) -> dict[str, Verdict]:
    return masters.verdicts(Entity.PRODUCT)


@pytest.mark.rule("A21", "A38", "A71", "A20")
def test_an_item_becomes_one_product_with_its_fields_and_our_mark() -> None:
    """A38: name, SKU, price and description come along, and the product carries the item's id."""
    masters = books()
    masters.item("7", "W-1", Name="Widget", UnitPrice="12.50", Description="Blue")
    assert body(plan(masters)["product:-:7"]) == {
        "name": "Widget", "hs_sku": "W-1", "price": "12.5", "description": "Blue", "qbo_id": f"{masters.situation.company.realm}:7",
    }  # fmt: skip


@pytest.mark.rule("A21")
def test_equal_skus_link() -> None:
    """A21: the same SKU, whatever its case and surrounding space, links the two."""
    masters = books()
    masters.item("7", "W-1", Name="Widget")
    masters.hubspot("products", "9", name="Widget", hs_sku=" w-1 ")
    assert "product:9:7" in plan(masters)


@pytest.mark.rule("A22", "ITM_NO_SKU", "D39")
def test_without_a_sku_an_item_stays_out() -> None:
    """A22: an item without SKU is excluded with that reason and nothing is written."""
    masters = books()
    masters.item("7")
    verdict = plan(masters)["product:-:7"]
    assert (verdict.code, verdict.operations) == ("ITM_NO_SKU", ())


@pytest.mark.rule("D40", "ITM_SKU_DUPLICATE")
def test_a_doubled_sku_is_told_and_not_guessed() -> None:
    """D40: two items with one SKU both fail and name each other."""
    masters = books()
    masters.item("7", "W-1", Name="Widget")
    masters.item("8", "W-1", Name="Widget two")
    masters.hubspot("products", "9", name="Widget", hs_sku="W-1")
    told = codes(plan(masters))
    assert told == {
        "product:-:7": "ITM_SKU_DUPLICATE",
        "product:-:8": "ITM_SKU_DUPLICATE",
        "product:9:-": "ID_AMBIGUOUS_MATCH",
    }


@pytest.mark.rule("D43", "ITM_TYPE_UNSUPPORTED", "D28", "A38")
def test_categories_groups_and_inactive_items_stay_out() -> None:
    """D43, D28: item types that mean nothing in HubSpot, and inactive items, are excluded."""
    masters = books()
    masters.item("7", "C-1", Type="Category")
    masters.item("8", "G-1", Type="Group")
    masters.item("9", "I-1", Active=False)
    assert codes(plan(masters)) == {
        "product:-:7": "ITM_TYPE_UNSUPPORTED", "product:-:8": "ITM_TYPE_UNSUPPORTED", "product:-:9": "FLT_INACTIVE",
    }  # fmt: skip


@pytest.mark.rule("D16", "CFG_NO_INCOME_ACCOUNT")
@pytest.mark.parametrize("account", ["nothing", "acc-bank", "acc-old"])
def test_an_income_account_must_exist_be_active_and_be_for_income(account: str) -> None:
    """D16: without a fitting account nothing is made in QuickBooks."""
    masters = books(income_account=account)
    masters.quickbooks("Account", "acc-bank", Name="Checking", AccountType="Bank")
    masters.quickbooks("Account", "acc-old", Name="Old", AccountType="Income", Active=False)
    masters.hubspot("products", "9", name="Widget", hs_sku="W-1")
    assert codes(plan(masters)) == {"product:9:-": "CFG_NO_INCOME_ACCOUNT"}


@pytest.mark.rule("D42", "ITM_NAME_TAKEN", "D87", "D85")
def test_names_that_quickbooks_refuses_fail_or_get_their_sku() -> None:
    """D42: a name that is taken (in any case), holds a colon or is too long fails; with `suffix_sku` it is made fit."""
    wanted = {"1": "WIDGET", "2": "Blue: big", "3": "x" * 101}
    for rule, expected in (
        ("fail", ["ITM_NAME_TAKEN", "VAL_UNSUPPORTED_CHARS", "VAL_TOO_LONG"]),
        ("suffix_sku", ["OPS_UNCHANGED"] * 3),
    ):
        masters = books(name_clash=rule)
        masters.item("7", "OTHER", Name="Widget")
        for number, name in wanted.items():
            masters.hubspot("products", number, name=name, hs_sku=f"S-{number}")
        verdicts = plan(masters)
        assert [verdicts[f"product:{number}:-"].code for number in wanted] == expected
    names = [body(verdicts[f"product:{number}:-"])["Name"] for number in wanted]
    assert names == ["WIDGET [S-1]", "Blue- big [S-2]", "x" * 85 + " [S-3]"]


@pytest.mark.rule("A1", "H24", "N12")
def test_an_items_type_and_accounts_are_written_once() -> None:
    """N12: type and account stand in the body of a creation; an update of the pair never carries them."""
    masters = books()
    masters.hubspot("products", "9", name="Widget", hs_sku="W-1", price="5")
    made = body(plan(masters)["product:9:-"])
    assert made == {
        "Type": "NonInventory",
        "IncomeAccountRef": {"value": "acc"},
        "Name": "Widget",
        "Sku": "W-1",
        "UnitPrice": "5",
    }
    linked = books(winner="hubspot")
    linked.item("7", "W-1", Name="Widget")
    linked.hubspot("products", "9", name="Widget", hs_sku="W-1", price="5")
    operations = plan(linked)["product:9:7"].operations
    assert [dict(step.body) for one in operations for step in one.steps if one.system == "quickbooks"] == [
        {"UnitPrice": "5"}
    ]
