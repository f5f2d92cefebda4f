"""Product fields on both wires, and item names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.mapping.products import hubspot_product, item_name_problem, name_with_sku, quickbooks_item

WIDGET = {
    "name": "Widget",
    "sku": "W-1",
    "price": "100",
    "cost": "60",
    "description": None,
    "item_type": "Service",
    "income_account": "x",
}


@pytest.mark.rule("A38")
def test_product_properties() -> None:
    """A product's fields become its properties; what QuickBooks alone has is left out."""
    assert hubspot_product(WIDGET) == {
        "name": "Widget",
        "hs_sku": "W-1",
        "price": "100",
        "hs_cost_of_goods_sold": "60",
        "description": "",
    }


@pytest.mark.rule("A38", "N12")
def test_new_item() -> None:
    """A new item has its type and accounts, and a cost only where there is an account for it."""
    body = quickbooks_item(WIDGET, income_account="79")
    assert body == {
        "Type": "NonInventory",
        "IncomeAccountRef": {"value": "79"},
        "Name": "Widget",
        "Sku": "W-1",
        "UnitPrice": "100",
    }
    bought = quickbooks_item(WIDGET, income_account="79", expense_account="80", item_type="Service")
    assert (bought["ExpenseAccountRef"], bought["PurchaseCost"], bought["Type"]) == ({"value": "80"}, "60", "Service")


@pytest.mark.rule("N12", "H24")
def test_update_never_touches_type_accounts_or_stock() -> None:
    """An update carries the changed fields alone, and an inventory item's cost never."""
    assert quickbooks_item(WIDGET, {"Type": "Inventory", "ExpenseAccountRef": {"value": "80"}}, income_account="79") == {
        "Name": "Widget", "Sku": "W-1", "UnitPrice": "100", "Description": "",
    }  # fmt: skip
    assert quickbooks_item({"cost": "5", "price": None}, {"Type": "Service", "ExpenseAccountRef": {"value": "80"}}) == {
        "PurchaseCost": "5",
        "UnitPrice": "0",
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Widget", None),
        ("x" * 100, None),
        (None, "VAL_REQUIRED"),
        (" ", "VAL_REQUIRED"),
        ("A:B", "VAL_UNSUPPORTED_CHARS"),
        ("A\tB", "VAL_UNSUPPORTED_CHARS"),
        ("x" * 101, "VAL_TOO_LONG"),
    ],
)
@pytest.mark.rule("D85", "D87")
def test_names_quickbooks_refuses(name: str | None, code: str | None) -> None:
    """QuickBooks takes a hundred characters without colon, tab or line break."""
    assert item_name_problem(name) == code


def test_name_with_sku() -> None:
    """The first 85 characters, a colon as a hyphen, then the SKU in brackets."""
    assert name_with_sku("Op. 1: Allegro", "T-9") == "Op. 1- Allegro [T-9]"
    assert name_with_sku("x" * 120, "T-9") == "x" * 85 + " [T-9]"


@given(st.text(min_size=1, max_size=150), st.text(min_size=1, max_size=60))
def test_name_with_sku_is_always_taken(name: str, sku: str) -> None:
    """Whatever the name and SKU, QuickBooks takes the result, and it ends with the SKU."""
    made = name_with_sku(name, sku)
    assert item_name_problem(made) is None
    assert made.endswith("]")
