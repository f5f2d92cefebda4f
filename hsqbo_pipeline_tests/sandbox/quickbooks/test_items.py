"""Items and the short lists."""

from __future__ import annotations

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _item(qbo: Caller, **fields: object) -> dict[str, object]:
    return {"Name": "Lamp", "Type": "Service", "IncomeAccountRef": {"value": qbo.names["income"]}, **fields}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Name": "widget"}, "6240"),
        ({"Name": "a:b"}, "2040"),
        ({"Name": "x" * 101}, "2050"),
        ({"Sku": "x" * 101}, "2050"),
        ({"Description": "x" * 4001}, "2050"),
        ({"Type": ""}, "2020"),
        ({"Type": "Gizmo"}, "2170"),
        ({"Type": "Group"}, "6000"),
        ({"Type": "Category"}, "6000"),
        ({"IncomeAccountRef": ""}, "2020"),
        ({"IncomeAccountRef": {"value": "99"}}, "2500"),
        ({"Type": "Inventory"}, "2020"),
        ({"UnitPrice": 100_000_000_000}, "2110"),
        ({"UnitPrice": "abc"}, "2090"),
    ],
)
def test_what_an_item_may_not_be(qbo: Caller, fields: dict[str, object], code: str) -> None:
    """Names, types, accounts and prices are each refused with their own code."""
    assert qbo.refusal("Item", _item(qbo, **fields)) == code


def test_an_income_account_must_be_one(qbo: Caller) -> None:
    """An account of another type is code 6430."""
    assert qbo.refusal("Item", _item(qbo, IncomeAccountRef={"value": qbo.names["check"]})) == "6430"


@pytest.mark.rule("QBT28")
def test_a_sku_may_be_used_twice_and_is_left_out_of_select_star(qbo: Caller) -> None:
    """Sku is not unique, and `SELECT *` leaves it out unless it is named."""
    qbo.save("Item", _item(qbo, Sku="W-1"))
    found = qbo.query("select * from Item where Sku = 'W-1'")["Item"]
    assert len(found) == 2
    assert all("Sku" not in item for item in found)
    assert [item["Sku"] for item in qbo.query("select *, Sku from Item where Sku = 'w-1'")["Item"]] == ["W-1", "W-1"]
    assert qbo.get("Item", found[0]["Id"])["Sku"] == "W-1"


@pytest.mark.rule("QBT28")
def test_leaving_the_sku_out_harms_nothing_else(qbo: Caller) -> None:
    """Quotes, backslashes and texts that look like a Sku stay as they are."""
    odd = _item(qbo, Sku='a"\\b', Description='x","Sku":"y', PurchaseDesc="z")
    first = qbo.save("Item", odd)
    last = qbo.save("Item", {**_item(qbo, Name="Last"), "Sku": "s"})
    found = qbo.query(f"select * from Item where Id in ('{first['Id']}', '{last['Id']}')")["Item"]
    for whole, shown in zip((first, last), found, strict=True):
        assert shown == {key: value for key, value in whole.items() if key != "Sku"}


@pytest.mark.rule("QBT28")
def test_categories_show_in_queries_and_cannot_be_sold(qbo: Caller) -> None:
    """A category is an item that no line may name, and a path to those inside."""
    category = qbo.person(action="create", object="Item", fields={"Name": "Hardware", "Type": "Category"})
    inside = qbo.save("Item", _item(qbo, SubItem=True, ParentRef={"value": category["Id"]}))
    assert inside["FullyQualifiedName"] == "Hardware:Lamp"
    assert "Category" in {item["Type"] for item in qbo.query("select * from Item")["Item"]}
    qbo.names["category"] = category["Id"]
    body = {"CustomerRef": {"value": qbo.customer()["Id"]}, "Line": [qbo.line(1, "category")]}
    assert qbo.refusal("Invoice", body) == "6000"


def test_stock_starts_on_its_day(qbo: Caller) -> None:
    """A sale dated before an inventory item's start is code 6270; its type stays."""
    stock = qbo.save(
        "Item",
        _item(
            qbo,
            Type="Inventory",
            TrackQtyOnHand=True,
            QtyOnHand=10,
            InvStartDate="2026-06-01",
            AssetAccountRef={"value": qbo.names["stock"]},
            ExpenseAccountRef={"value": qbo.names["cogs"]},
        ),
    )
    qbo.names["stocked"] = stock["Id"]
    body = {"CustomerRef": {"value": qbo.customer()["Id"]}, "Line": [qbo.line(1, "stocked")], "TxnDate": "2026-05-31"}
    assert qbo.refusal("Invoice", body) == "6270"
    qbo.save("Invoice", {**body, "TxnDate": "2026-06-01"})
    change = {"Id": stock["Id"], "SyncToken": "0", "sparse": True, "Type": "Service"}
    assert qbo.refusal("Item", change) == "6000"


def test_inactive_items_cannot_be_sold(qbo: Caller) -> None:
    """A line that names an inactive item is code 2500, and the item is renamed."""
    gone = qbo.save("Item", {"Id": qbo.names["widget"], "SyncToken": "0", "sparse": True, "Active": False})
    assert gone["Name"] == "Widget (deleted)"
    body = {"CustomerRef": {"value": qbo.customer()["Id"]}, "Line": [qbo.line()]}
    assert qbo.refusal("Invoice", body) == "2500"


def test_terms_say_their_own_type(qbo: Caller) -> None:
    """A term with DueDays is STANDARD, one with a day of the month DATE_DRIVEN."""
    assert qbo.save("Term", {"Name": "Ten", "DueDays": 10})["Type"] == "STANDARD"
    assert qbo.save("Term", {"Name": "First", "DayOfMonthDue": 1})["Type"] == "DATE_DRIVEN"
    assert qbo.refusal("Term", {"Name": "None"}) == "2020"
    assert qbo.refusal("Term", {"Name": "x" * 32, "DueDays": 1}) == "2050"


def test_tax_codes_are_not_made_over_this_api(qbo: Caller) -> None:
    """TaxCode and TaxRate are read only; US companies add three codes to each answer."""
    assert qbo.refusal("TaxCode", {"Name": "x"}) == "500"
    found = qbo.query("select * from TaxCode maxresults 1")["TaxCode"]
    assert [code["Id"] for code in found] == ["TAX", "NON", "CustomSalesTax", "2"]
    assert qbo.get("TaxCode", "TAX")["Taxable"] is True
