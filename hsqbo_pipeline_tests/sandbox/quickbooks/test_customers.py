"""Customers: names, updates, activity, families."""

from __future__ import annotations

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


@pytest.mark.rule("QBC3")
def test_created_from_a_name_alone_has_the_recorded_defaults(qbo: Caller) -> None:
    """A customer sent as one DisplayName comes back with what the recording shows."""
    made = qbo.customer("Doe5, Jane")
    expected = {
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "PreferredDeliveryMethod": "Print",
        "FullyQualifiedName": "Doe5, Jane",
        "PrintOnCheckName": "Doe5, Jane",
        "Active": True,
        "DefaultTaxCodeRef": {"value": "2"},
        "SyncToken": "0",
        "domain": "QBO",
        "sparse": False,
    }
    assert {key: made[key] for key in expected} == expected
    assert isinstance(made["Id"], str)
    assert made["MetaData"]["CreateTime"].endswith("-08:00")


@pytest.mark.rule("QBT7", "QBC5")
@pytest.mark.parametrize("kind", ["Vendor", "Employee", "Customer"])
def test_a_display_name_is_unique_over_all_people(qbo: Caller, kind: str) -> None:
    """A name that a customer, vendor or employee has cannot be given again, in any case of letters."""
    qbo.person(action="create", object=kind, fields={"DisplayName": "Ada Lovelace", "GivenName": "Ada"})
    assert qbo.refusal("Customer", {"DisplayName": "ADA lovelace"}) == "6240"


@pytest.mark.rule("QBT29")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"DisplayName": "A:B"}, "2040"),
        ({"DisplayName": "A\tB"}, "2040"),
        ({"GivenName": "A\nB"}, "2040"),
        ({"DisplayName": "x" * 501}, "2050"),
        ({"DisplayName": "a", "FamilyName": "x" * 101}, "2050"),
        ({"DisplayName": "a", "Title": "x" * 17}, "2050"),
        ({"DisplayName": "a", "Notes": "x" * 2001}, "2050"),
        ({"DisplayName": "a", "BillAddr": {"City": "x" * 256}}, "2050"),
        ({"DisplayName": "a", "PrimaryPhone": {"FreeFormNumber": "1" * 31}}, "2050"),
        ({"DisplayName": "a", "PrimaryEmailAddr": {"Address": "no-at.example.com"}}, "2210"),
        ({"DisplayName": "a", "PrimaryEmailAddr": {"Address": "a@nodot"}}, "2210"),
        ({"DisplayName": "a", "PrimaryEmailAddr": {"Address": "a" * 90 + "@example.com"}}, "2050"),
        ({"CompanyName": "only a firm"}, "6080"),
        ({"DisplayName": "a", "CurrencyRef": {"value": "EUR"}}, "6000"),
        ({"DisplayName": "a", "CurrencyRef": {"value": "euro"}}, "2220"),
        ({"DisplayName": "a", "SalesTermRef": {"value": "999"}}, "2500"),
        ({"DisplayName": "a", "Nickname": "b"}, "2010"),
        ({"DisplayName": "a", "Active": "perhaps"}, "2080"),
        ({"DisplayName": "a", "BillAddr": {"Town": "b"}}, "2010"),
    ],
)
def test_what_a_customer_may_not_be(qbo: Caller, fields: dict[str, object], code: str) -> None:
    """Characters, lengths, formats, references and unknown properties are each refused with their own code."""
    assert qbo.refusal("Customer", fields) == code


@pytest.mark.rule("QBC3")
def test_the_display_name_is_composed_of_the_parts(qbo: Caller) -> None:
    """Without DisplayName the name's parts make one."""
    made = qbo.save("Customer", {"Title": "Mrs", "GivenName": "Ada", "FamilyName": "King", "Suffix": "Sr"})
    assert made["DisplayName"] == "Mrs Ada King Sr"


@pytest.mark.rule("QBT13", "QBC3")
def test_sparse_keeps_and_full_wipes(qbo: Caller) -> None:
    """A sparse update leaves what it does not name; a full one takes it away."""
    made = qbo.customer(Notes="VIP", GivenName="Ada", ResaleNum="R-1")
    base = {"Id": made["Id"], "DisplayName": "Ada Lovelace"}
    sparse = qbo.save("Customer", {**base, "SyncToken": "0", "sparse": True, "GivenName": "Augusta"})
    assert (sparse["Notes"], sparse["ResaleNum"], sparse["GivenName"]) == ("VIP", "R-1", "Augusta")
    full = qbo.save("Customer", {**base, "SyncToken": "1", "GivenName": "Ada"})
    assert "Notes" not in full
    assert "ResaleNum" not in full
    assert full["CurrencyRef"]["value"] == "USD"


@pytest.mark.rule("QBC3")
def test_a_change_of_nothing_moves_nothing(qbo: Caller) -> None:
    """A no-op update leaves SyncToken and LastUpdatedTime."""
    made = qbo.customer(Notes="VIP")
    qbo.sandbox.clock.advance(100)
    again = qbo.save("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "VIP"})
    assert again == made


@pytest.mark.rule("QBC3")
def test_a_stale_token_is_refused(qbo: Caller) -> None:
    """The SyncToken must be the present one; it moves by one per change."""
    made = qbo.customer()
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "a"}
    assert qbo.save("Customer", body)["SyncToken"] == "1"
    assert qbo.refusal("Customer", {**body, "Notes": "b"}) == "5010"
    assert qbo.refusal("Customer", {"Id": made["Id"], "sparse": True, "Notes": "b"}) == "2020"


@pytest.mark.rule("QBT25")
def test_ids_are_texts_of_digits(qbo: Caller) -> None:
    """5.0 is no id: code 2030, and that fault has no time."""
    response = qbo.call("GET", "customer/1.5")
    assert qbo.fault(response) == (400, "2030")
    assert "time" not in response.json()
    assert qbo.fault(qbo.call("GET", "customer/77")) == (400, "610")


@pytest.mark.rule("QBC3")
def test_empty_strings_count_as_absent(qbo: Caller) -> None:
    """ "" is not set, for texts, dates, decimals and booleans alike, and read-only properties are overwritten."""
    made = qbo.customer(Notes="", OpenBalanceDate="", Taxable="", Balance=77, FullyQualifiedName="x", SyncToken=0)
    assert "Notes" not in made
    assert (made["Taxable"], made["Balance"], made["FullyQualifiedName"]) == (True, 0, "Ada Lovelace")


@pytest.mark.rule("QBO-BLANK")
def test_a_blank_in_a_sparse_update_clears_only_by_switch(qbo: Caller) -> None:
    """By default a blank leaves the value; the switch lets it clear."""
    made = qbo.customer(Notes="VIP", PrimaryPhone={"FreeFormNumber": "1"})
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "", "PrimaryPhone": {"FreeFormNumber": ""}}
    assert qbo.save("Customer", body)["Notes"] == "VIP"
    qbo.sandbox.switches.change({"qb_sparse_blank_clears": True})
    cleared = qbo.save("Customer", body)
    assert "Notes" not in cleared
    assert "PrimaryPhone" not in cleared


@pytest.mark.rule("QBT6", "QBC5")
def test_inactivation_renames_and_frees_the_name(qbo: Caller) -> None:
    """An inactive customer is called X (deleted), is hidden from queries, and its name may be used again."""
    made = qbo.customer()
    gone = qbo.save("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    assert (gone["DisplayName"], gone["FullyQualifiedName"]) == ("Ada Lovelace (deleted)",) * 2
    assert qbo.query("select * from Customer") == {}
    assert len(qbo.query("select * from Customer where Active in (true, false)")["Customer"]) == 1
    second = qbo.customer()
    body = {"Id": made["Id"], "SyncToken": "1", "sparse": True, "Active": True}
    assert qbo.refusal("Customer", body) == "6240"
    qbo.save("Customer", {"Id": second["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    assert qbo.save("Customer", body)["DisplayName"] == "Ada Lovelace"


def test_a_customer_with_a_balance_stays_active(qbo: Caller) -> None:
    """The API refuses to inactivate a customer who owes money."""
    made = qbo.customer()
    qbo.invoice(made)
    assert qbo.refusal("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False}) == "6220"
    assert qbo.refusal("Customer", {"Id": made["Id"], "SyncToken": "0"}, operation="delete") == "500"


@pytest.mark.rule("QBC4")
def test_jobs_have_their_place_in_the_family(qbo: Caller) -> None:
    """A sub-customer is Parent:Child, at most five levels deep, and adds to BalanceWithJobs."""
    parent = qbo.customer("Acme")
    child = qbo.customer("Roof", ParentRef={"value": parent["Id"]})
    assert (child["FullyQualifiedName"], child["Level"], child["Job"]) == ("Acme:Roof", 1, True)
    qbo.invoice(child)
    seen = qbo.get("Customer", parent["Id"])
    assert (seen["Balance"], seen["BalanceWithJobs"]) == (0, 100)
    last = child
    for name in ("b", "c", "d"):
        last = qbo.customer(name, ParentRef={"value": last["Id"]})
    assert qbo.refusal("Customer", {"DisplayName": "e", "ParentRef": {"value": last["Id"]}}) == "2500"


@pytest.mark.rule("QBT17")
def test_a_currency_is_for_ever(qbo: Caller) -> None:
    """A customer's currency cannot be changed over the API."""
    qbo.reset(Preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    made = qbo.customer(CurrencyRef={"value": "EUR"})
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "USD"}}
    assert qbo.refusal("Customer", body) == "6000"


@pytest.mark.rule("QBT12", "QBC4")
def test_the_time_of_change_moves_with_documents_the_token_does_not(qbo: Caller) -> None:
    """An invoice moves its customer's balance and time; the switch stops the time."""
    made = qbo.customer()
    qbo.sandbox.clock.advance(60)
    qbo.invoice(made)
    moved = qbo.get("Customer", made["Id"])
    assert moved["Balance"] == 100
    assert moved["SyncToken"] == "0"
    assert moved["MetaData"]["LastUpdatedTime"] > made["MetaData"]["LastUpdatedTime"]
    qbo.sandbox.switches.change({"qb_customer_time_moves": False})
    qbo.sandbox.clock.advance(60)
    qbo.invoice(made)
    still = qbo.get("Customer", made["Id"])
    assert still["MetaData"] == moved["MetaData"]
    assert still["Balance"] == 200


@pytest.mark.rule("QBT26")
def test_addresses_get_ids_and_documents_false_coordinates(qbo: Caller) -> None:
    """An address comes back with an id; on a document also with Lat and Long."""
    made = qbo.customer(BillAddr={"Line1": "1 Main St", "City": "Boston"})
    assert made["BillAddr"]["Id"]
    copied = qbo.invoice(made)["BillAddr"]
    assert copied["Line1"] == "1 Main St"
    typed = qbo.invoice(made, BillAddr={"Line1": "2 Main St"})["BillAddr"]
    assert (typed["Lat"], typed["Long"]) == ("INVALID", "INVALID")


def test_references_show_the_present_name(qbo: Caller) -> None:
    """A renamed customer is called by its new name on its documents, whose times stand still."""
    made = qbo.customer()
    invoice = qbo.invoice(made)
    token = qbo.get("Customer", made["Id"])["SyncToken"]
    qbo.save("Customer", {"Id": made["Id"], "SyncToken": token, "sparse": True, "DisplayName": "Ada King"})
    seen = qbo.get("Invoice", invoice["Id"])
    assert seen["CustomerRef"]["name"] == "Ada King"
    assert (seen["SyncToken"], seen["MetaData"]) == (invoice["SyncToken"], invoice["MetaData"])
