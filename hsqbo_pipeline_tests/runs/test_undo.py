"""A run taken back: everything it made ends, stays ended, and what can't is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.runs.undo import undo
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic, rules_of, town_house


def take_back(home: House, run: int, approve: str | None = None) -> Ended:
    """`hsqbo undo RUN`, the counters beginning at zero."""
    home.served.sandbox.clock.advance(600)
    clear_traffic(home)
    return undo(home.settings, rules_of(home), str(run), Request(kind=Kind.UNDO, approve=approve, approved_by="Eve"))


@pytest.mark.rule("H6", "N13", "E1", "OPS_PAUSED_BY_USER", "VAL_BUSINESS_RULE")
def test_a_run_is_taken_back_by_an_approved_plan_and_stays_taken_back(tmp_path: Path) -> None:
    """H6: the reversal is shown with the numbers that stay used, waits, is applied as shown, and no later night makes anything anew."""
    with town_house(tmp_path / "data", 2) as (home, town):
        first = home.night()
        shown = take_back(home, first.number)
        assert (shown.exit_code, home.writes()) == (ExitCode.WAITING, NOTHING)
        planned = home.ask(f"SELECT warnings FROM operations WHERE plan_hash = '{shown.plan_hash}'")
        assert "number INV-2001 stays used in quickbooks" in {
            each for row in planned for each in json.loads(row["warnings"])
        }
        done = take_back(home, first.number, approve=shown.plan_hash)
        assert (done.exit_code, done.problems) == (ExitCode.DONE, [])
        assert [one.split(":")[1] for one in done.told] == [" product Product 0", " product Product 1"]
        assert home.ask(f"SELECT 1 FROM operations WHERE plan_hash = '{shown.plan_hash}' AND status <> 'done'") == []
        assert home.live("hubspot", "commerce_payments") == [
            one for one in home.live("hubspot", "commerce_payments") if not one["properties"].get("qbo_id")
        ]
        ours = [one for one in home.live("quickbooks", "Invoice") if str(one.get("DocNumber")).startswith("INV")]
        assert {(one["TotalAmt"], one["DocNumber"]) for one in ours} == {(0, "INV-2000"), (0, "INV-2001")}
        # Neither taking back what was taken back, nor taking back that, finds anything left to do.
        again, back = take_back(home, first.number, approve="auto"), take_back(home, done.number, approve="auto")
        assert (again.exit_code, back.exit_code, home.writes()) == (ExitCode.DONE, ExitCode.DONE, NOTHING)
        assert again.told == done.told
        assert {one.split(":")[2] for one in back.told} == {" it has no way back"}
        # Rules that change bring every record back, our voided copies too: nothing is made, nothing called deleted.
        for tax in ("send_non", "refuse"):
            home.rules["tax"] = {"us_untaxed_hs_invoice": tax}
            ended = home.night(pass_s=86_400)
            assert (ended.exit_code, home.writes()) == (ExitCode.DONE, NOTHING)
        # An item that could not be taken back is in step as it was before.
        assert set(home.states().values()) == {"OPS_PAUSED_BY_USER", "OPS_UNCHANGED"}
        assert town.ids["bills"]


def pair_of(home: House, invoice: str) -> str:
    """The pair of a QuickBooks invoice as record keys name it."""
    found = home.ask(f"SELECT hubspot_id FROM links WHERE entity = 'invoice' AND quickbooks_id = '{invoice}'")
    return f"{found[0]['hubspot_id']}:{invoice}"


RULES = {
    "invoices": {"direction": "both"},
    "tax": {"us_untaxed_hs_invoice": "send_non"},
    "products": {"direction": "both"},
}


@pytest.mark.rule(
    "H6", "H12", "INV_LOCKED_BY_PAYMENT", "PER_CLOSED", "PER_PRIOR_YEAR", "INV_NUMBER_TAKEN", "DEL_HAS_BALANCE"
)
def test_what_books_or_people_hold_on_to_is_refused_with_the_reason(tmp_path: Path) -> None:
    """H6: paid, e-mailed, closed and re-numbered invoices stay, as do customers who owe and records a person has changed."""
    with town_house(tmp_path / "data", 6) as (home, town):
        first = home.night()
        sold = {
            one["DocNumber"]: one
            for one in home.live("quickbooks", "Invoice")
            if str(one["DocNumber"]).startswith("INV")
        }
        paid, sent = sold["INV-2000"], sold["INV-2002"]
        due = paid["TotalAmt"]
        town.q(
            "create",
            "Payment",
            CustomerRef=paid["CustomerRef"]["value"],
            TotalAmt=due,
            TxnDate="2026-03-01",
            applies={paid["Id"]: due},
        )
        town.q("update", "Invoice", id=sent["Id"], fields={"EmailStatus": "EmailSent"})
        town.q(
            "create", "Invoice", fields={"CustomerRef": town.ids["customers"][0], "DocNumber": "INV-2004", "TxnDate": "2026-03-02"},
            lines=[{"item": town.ids["items"][0], "Qty": 1, "UnitPrice": 1}],
        )  # fmt: skip
        edited = next(
            one for one in home.live("hubspot", "contacts") if one["properties"]["email"] == "firm1@example.com"
        )
        town.h("update", "contacts", id=edited["id"], fields={"phone": "555 0100", "firstname": "Someone"})
        before = home.states()
        told = " | ".join(take_back(home, first.number).told)
        assert f"invoice INV-2000: {due:.2f} is already paid" in told
        assert "invoice INV-2002: QuickBooks refused this by a rule of its own: the invoice was e-mailed" in told
        assert "invoice INV-2004: The number INV-2004 is used by Invoice" in told
        assert "It cannot be made inactive" in told
        assert "customer Firm 1: somebody has changed first_name" in told
        home.served.sandbox.quickbooks.person({"action": "set_closing_date", "date": "2026-12-31"})
        assert "closed" in " | ".join(take_back(home, first.number).told)
        # What nobody approved, and what was refused, is after the next night as if nobody had asked.
        home.night()
        assert {key: code for key, code in home.states().items() if code == "OPS_AWAITING_APPROVAL"} == {}
        assert home.states()["invoice:" + pair_of(home, paid["Id"])] != "INV_LOCKED_BY_PAYMENT"
        assert before.keys() <= home.states().keys()


@pytest.mark.rule("H6", "H12", "PER_PRIOR_YEAR", "INV_LOCKED_BY_PAYMENT", "VAL_BUSINESS_RULE")
def test_deposited_money_and_an_earlier_year_stay(tmp_path: Path) -> None:
    """H6: a payment in a bank deposit stays, and so does the invoice it pays; so does what is dated in an earlier fiscal year."""
    rules = {
        "invoices": {"direction": "both"},
        "payments": {"direction": "both", "deposit_to": "Undeposited Funds"},
        "tax": {"us_untaxed_hs_invoice": "send_non"},
        "closing": {"treat_as_closed": "off"},
    }
    with house(tmp_path / "data", **rules) as home:
        income = next(one["Id"] for one in home.live("quickbooks", "Account") if one["AccountType"] == "Income")
        item = {"Name": "Lamp", "Sku": "L-1", "Type": "NonInventory", "IncomeAccountRef": {"value": income}}
        home.person("quickbooks", "create", "Item", item)
        ada = home.contact("ada@example.com", firstname="Ada", lastname="Lovelace")
        year = home.served.sandbox.clock.now().year
        invoices = {}
        for number, day in (("A-1", f"{year}-11-20T12:00:00Z"), ("A-2", f"{year - 1}-11-20T12:00:00Z")):
            fields = {
                "hs_number": number, "hs_invoice_status": "open", "hs_invoice_billable": "true", "hs_invoice_source": "HubSpot",
                "hs_invoice_date": day, "hs_due_date": day,
            }  # fmt: skip
            lines = [{"name": "Lamp", "hs_sku": "L-1", "quantity": "1", "price": "100"}]
            invoices[number] = home.person("hubspot", "create", "invoices", fields, contact=ada, lines=lines)
        taken = {"hs_initial_amount": "40", "hs_latest_status": "succeeded", "hs_processor_type": "byo_stripe"}
        home.person("hubspot", "create", "commerce_payments", taken, invoice=invoices["A-1"], contact=ada)
        first = home.night()
        booked = home.live("quickbooks", "Payment")
        assert [one["TotalAmt"] for one in booked] == [40]
        home.person("quickbooks", "deposit", "Payment", id=booked[0]["Id"])
        done = take_back(home, first.number, approve="auto")
        told = " | ".join(done.told)
        assert "the payment was deposited" in told
        assert "invoice A-1: 40.00 is already paid" in told
        assert f"invoice A-2: {year - 1}-11-20 lies in an earlier fiscal year" in told
        assert [one["TotalAmt"] for one in home.live("quickbooks", "Payment")] == [40]
        assert sorted(one["TotalAmt"] for one in home.live("quickbooks", "Invoice")) == [100, 100]


@pytest.mark.rule("H6")
def test_a_changed_value_goes_back_only_where_nobody_touched_it_since(tmp_path: Path) -> None:
    """An update is restored from its pre-image; a value a person changed after the run stays theirs."""
    with house(tmp_path / "data") as home:
        ada, bob = (
            home.customer("Ada", "ada@example.com", GivenName="Ada"),
            home.customer("Bob", "bob@example.com", GivenName="Bob"),
        )
        home.night()
        for one, name in ((ada, "Augusta"), (bob, "Robert")):
            home.person("quickbooks", "update", "Customer", {"GivenName": name}, id=one)
        second = home.night()
        contacts = {one["properties"]["email"]: one for one in home.live("hubspot", "contacts")}
        home.person("hubspot", "update", "contacts", {"firstname": "Bobby"}, id=contacts["bob@example.com"]["id"])
        done = take_back(home, second.number, approve="auto")
        assert "somebody has changed first_name since" in " ".join(done.told)
        names = {one["properties"]["email"]: one["properties"]["firstname"] for one in home.live("hubspot", "contacts")}
        assert names == {"ada@example.com": "Ada", "bob@example.com": "Bobby"}
