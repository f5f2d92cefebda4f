"""What people do in QuickBooks' own screens, over the control route."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _person(qbo: Caller, **action: Any) -> dict[str, Any]:
    answer = qbo.http.post(f"{qbo.root}/_sandbox/person", json=action)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.rule("QBC9")
def test_people_are_not_counted(qbo: Caller) -> None:
    """A person's action is counted apart from requests, and answers object, id and record."""
    answer = _person(qbo, action="create", object="Customer", fields={"DisplayName": "Ada", "PrimaryPhone": "1"})
    assert (answer["object"], answer["id"]) == ("Customer", "1")
    assert answer["record"]["PrimaryPhone"] == {"FreeFormNumber": "1"}
    counts = qbo.http.get(f"{qbo.root}/_sandbox/requests").json()
    assert (counts["total"], counts["writes"], counts["by_people"]) == (0, 0, 1)


def test_lines_in_the_short_grammar(qbo: Caller) -> None:
    """Lines are made, patched, added and removed; amounts are the server's own arithmetic."""
    customer = qbo.customer()
    widget, gadget = qbo.names["widget"], qbo.names["gadget"]
    made = _person(
        qbo,
        action="create",
        object="Invoice",
        fields={"CustomerRef": customer["Id"], "CustomerMemo": "Hello", "Deposit": 30},
        lines=[
            {"item": widget, "Qty": 2, "UnitPrice": 100},
            {"description_only": "Thank you"},
            {"discount": {"PercentBased": True, "DiscountPercent": 10, "Amount": 20}},
            {"shipping": 5},
            {"subtotal": True},
        ],
    )
    record = made["record"]
    assert (record["TotalAmt"], record["Balance"], record["CustomerMemo"]) == (185, 155, {"value": "Hello"})

    def edit(**changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = _person(qbo, action="update", object="Invoice", id=made["id"], **changes)["record"]
        return found

    assert edit(lines_patch={"1": {"UnitPrice": 90}})["TotalAmt"] == 180 - 18 + 5
    added = edit(add_lines=[{"item": gadget, "Qty": 1, "UnitPrice": 50}])
    assert added["TotalAmt"] == 230 - 23 + 5
    assert edit(remove_last_line=True)["TotalAmt"] == 180 - 18 + 5
    assert edit(fields={"CustomerMemo": None})["Line"][0]["Amount"] == 180
    assert "CustomerMemo" not in qbo.get("Invoice", made["id"])


def test_people_make_every_kind_of_paper(qbo: Caller) -> None:
    """Vendors, employees, jobs, estimates, credits, receipts, refunds, journal entries and bundles come of the screens."""
    qbo.sandbox.switches.change({"qb_invoice_status": True})
    widget, income, check = qbo.names["widget"], qbo.names["income"], qbo.names["check"]

    def make(name: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = _person(qbo, action="create", object=name, fields=fields, **more)["record"]
        return found

    owner = make("Customer", {"DisplayName": "Acme"})
    job = make("Customer", {"DisplayName": "Roof", "ParentRef": owner["Id"], "Job": True})
    assert job["FullyQualifiedName"] == "Acme:Roof"
    assert make("Vendor", {"DisplayName": "Supplier"})["Active"] is True
    assert make("Employee", {"GivenName": "Eve"})["DisplayName"] == "Eve"
    of, line = {"CustomerRef": job["Id"]}, [{"item": widget, "Qty": 1, "UnitPrice": 30}]
    assert make("Estimate", of, lines=line)["TotalAmt"] == 30
    assert make("CreditMemo", of, lines=line)["RemainingCredit"] == 30
    assert make("SalesReceipt", of, lines=line)["Balance"] == 0
    assert make("RefundReceipt", {**of, "DepositToAccountRef": check}, lines=line)["TotalAmt"] == 30
    assert "DepositToAccountRef" in make("RefundReceipt", of, lines=line)
    halves = [
        {
            "Amount": 5,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": account},
        }
        for side, account in (("Debit", check), ("Credit", income))
    ]
    assert len(make("JournalEntry", {}, lines=halves)["Line"]) == 2
    bundle = make("Item", {"Name": "Set", "Type": "Group"})
    bundled = make("Invoice", {**of, "invoiceStatus": "Sent"}, lines=[{"group": {"item": bundle["Id"], "lines": line}}])
    assert (bundled["Line"][0]["DetailType"], bundled["TotalAmt"], bundled["invoiceStatus"]) == (
        "GroupLineDetail",
        30,
        "Sent",
    )


def test_payments_applied_and_re_applied(qbo: Caller) -> None:
    """`applies` names invoices and credit memos by id."""
    customer = qbo.customer()
    first, second = qbo.invoice(customer), qbo.invoice(customer)
    paid = _person(
        qbo,
        action="create",
        object="Payment",
        fields={"CustomerRef": customer["Id"], "TotalAmt": 150, "PaymentRefNum": "CHK-1"},
        applies={first["Id"]: 100},
    )
    assert paid["record"]["UnappliedAmt"] == 50
    changed = _person(
        qbo, action="update", object="Payment", id=paid["id"], applies={first["Id"]: 100, second["Id"]: 50}
    )
    assert changed["record"]["UnappliedAmt"] == 0
    assert qbo.get("Invoice", second["Id"])["Balance"] == 50
    assert _person(qbo, action="delete", object="Payment", id=paid["id"])["record"]["status"] == "Deleted"
    assert qbo.get("Invoice", first["Id"])["Balance"] == 100


def test_a_merge_moves_documents_and_jobs(qbo: Caller) -> None:
    """The merged customer turns inactive with its suffix; invoices, jobs and balance belong to the other."""
    kept, gone = qbo.customer("Acme Corp"), qbo.customer("Acme Corporation")
    invoice = qbo.invoice(gone)
    job = qbo.customer("Roof", ParentRef={"value": gone["Id"]})
    _person(qbo, action="merge", into=kept["Id"], **{"from": gone["Id"]})
    left = qbo.get("Customer", gone["Id"])
    assert (left["Active"], left["DisplayName"], left["Balance"]) == (False, "Acme Corporation (deleted)", 0)
    assert qbo.get("Invoice", invoice["Id"])["CustomerRef"] == {"value": kept["Id"], "name": "Acme Corp"}
    assert qbo.get("Customer", job["Id"])["FullyQualifiedName"] == "Acme Corp:Roof"
    assert qbo.get("Customer", kept["Id"])["Balance"] == 100


def test_people_set_what_programs_cannot(qbo: Caller) -> None:
    """Totals, preferences, closing date, rates and the company itself."""
    customer = qbo.customer()
    line = {"item": qbo.names["widget"], "Amount": 100}
    odd = _person(
        qbo, action="create", object="Invoice", fields={"CustomerRef": customer["Id"], "TotalAmt": 99}, lines=[line]
    )
    assert (odd["record"]["TotalAmt"], odd["record"]["Balance"]) == (99, 99)
    _person(qbo, action="set_preferences", fields={"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    _person(qbo, action="set_rates", fields={"EUR": 1.1})
    _person(qbo, action="set_company", fields={"CompanyName": "New Name"})
    _person(qbo, action="set_closing_date", date="2026-10-31")
    _person(qbo, action="set_sales_tax", fields={"rate_percent": 8})
    prefs = qbo.query("select * from Preferences")["Preferences"][0]
    assert prefs["AccountingInfoPrefs"]["BookCloseDate"] == "2026-10-31"
    assert prefs["SalesFormsPrefs"]["AllowDeposit"] is True
    assert qbo.query("select * from CompanyInfo")["CompanyInfo"][0]["CompanyName"] == "New Name"
    assert qbo.sandbox.quickbooks.books.rates == {"EUR": Decimal("1.1")}
    assert qbo.sandbox.quickbooks.books.sales_tax == 8
    _person(qbo, action="set_closing_date", date=None)
    for said in (
        {"action": "preferences", "AccountingInfoPrefs": {"BookCloseDate": "2026-09-30"}},
        {"action": "update", "object": "Preferences", "fields": {"AccountingInfoPrefs": {"BookCloseDate": None}}},
    ):
        wanted = (said.get("fields") or said)["AccountingInfoPrefs"]["BookCloseDate"]
        assert _person(qbo, **said)["record"]["AccountingInfoPrefs"].get("BookCloseDate") == wanted
    prefs = qbo.query("select * from Preferences")["Preferences"][0]
    assert "BookCloseDate" not in prefs["AccountingInfoPrefs"]


@pytest.mark.parametrize(
    "action",
    [
        {"action": "dance", "object": "Customer"},
        {"action": "create", "object": "Gizmo"},
        {"action": "update", "object": "Customer", "id": "99", "fields": {}},
        {"action": "create", "object": "Customer", "fields": {}},
    ],
)
def test_what_nobody_can_do_is_said(qbo: Caller, action: dict[str, Any]) -> None:
    """An action that makes no sense is a 400 with a sentence."""
    answer = qbo.http.post(f"{qbo.root}/_sandbox/person", json=action)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_state_shows_everything(qbo: Caller) -> None:
    """State holds every record in the API's shape, inactive ones too, deleted ones not."""
    made = qbo.customer()
    invoice = qbo.invoice(made)
    qbo.person(action="inactivate", object="Customer", id=qbo.customer("Gone")["Id"])
    gone = qbo.invoice(made)
    qbo.person(action="delete", object="Invoice", id=gone["Id"])
    state = qbo.http.get(f"{qbo.root}/_sandbox/state").json()
    assert [customer["Active"] for customer in state["Customer"]] == [True, False]
    assert [each["Id"] for each in state["Invoice"]] == [invoice["Id"]]
    assert {"Item", "Payment", "Account", "Preferences", "CompanyInfo"} <= set(state)
    assert [len(rows) for rows in qbo.sandbox.quickbooks.state().values()] == [len(rows) for rows in state.values()]


def test_a_bad_configuration_is_refused(qbo: Caller) -> None:
    """Unknown keys and unknown names in a company's configuration are said, not ignored."""
    for company in ({"colour": "red"}, {"items": [{"Item": {"Name": "x", "IncomeAccountRef": "@nobody"}}]}):
        answer = qbo.http.post(f"{qbo.root}/_sandbox/reset", json={"company": company})
        assert answer.status_code == 400
        assert answer.json()["error"]
