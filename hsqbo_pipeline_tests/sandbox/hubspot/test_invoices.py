"""Invoices, lines and payments: checklist 9 and 10 of the HubSpot reference, and its section 4."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import TO_INVOICE, Desk

AMOUNTS = ("hs_invoice_status", "hs_amount_billed", "hs_amount_paid", "hs_balance_due")


@pytest.fixture
def desk() -> Desk:
    """A portal with a tax library of 20 and 5 percent."""
    return Desk(tax_rates=[{"as": "g20", "percent": 20}, {"as": "g5", "percent": 5}])


def _pay(desk: Desk, invoice: str, amount: str, **properties: str) -> str:
    values = {"hs_initiated_date": "2026-11-24T00:00:00Z", "hs_latest_status": "succeeded", **properties}
    return desk.make("commerce_payments", (invoice, 542), hs_initial_amount=amount, **values)


def _amounts(desk: Desk, invoice: str) -> list[Any]:
    return list(desk.values("invoices", invoice, *AMOUNTS).values())


def _mirror(desk: Desk, **properties: str) -> str:
    values = {"hs_currency": "USD", "hs_invoice_billable": "false", **properties}
    return desk.make("invoices", **values)


class TestBillable:
    """Invoices that HubSpot bills itself."""

    def test_a_draft_is_numbered_and_due_at_once(self, desk: Desk) -> None:
        """Trap 14: a draft has the next number, and its due date is now when none was sent."""
        first, second = (desk.make("invoices", hs_currency="USD") for _ in range(2))
        values = desk.values("invoices", first, "hs_number", "hs_invoice_status", "hs_due_date", "hs_invoice_billable")
        assert list(values.values()) == ["INV-1001", "draft", "2026-11-24T15:00:00.000Z", "true"]
        assert desk.values("invoices", second, "hs_number") == {"hs_number": "INV-1002"}

    def test_opening_needs_a_contact_and_a_line(self, desk: Desk) -> None:
        """Without a contact or a line item a draft cannot be opened."""
        invoice = desk.make("invoices", hs_currency="USD")
        assert desk.patch(f"invoices/{invoice}", hs_invoice_status="open").status == 400
        desk.make("contacts", (invoice, TO_INVOICE["contacts"]), email="a@example.com")
        assert desk.patch(f"invoices/{invoice}", hs_invoice_status="open").status == 400
        desk.make("line_items", (invoice, TO_INVOICE["line_items"]), name="W", quantity="1", price="1")
        assert desk.patch(f"invoices/{invoice}", hs_invoice_status="open").status == 200

    @pytest.mark.parametrize("status", ["open", "paid", "voided"])
    def test_none_is_born_final(self, desk: Desk, status: str) -> None:
        """A billable invoice cannot be created open, paid or voided over the API."""
        assert desk.post("invoices", {"properties": {"hs_currency": "USD", "hs_invoice_status": status}}).status == 400

    def test_only_payments_make_it_paid(self, desk: Desk) -> None:
        """Payments lower the balance and settle the invoice; PATCHing it to paid is refused."""
        invoice, _, _ = desk.open_invoice("100.00")
        assert desk.patch(f"invoices/{invoice}", hs_invoice_status="paid").status == 400
        _pay(desk, invoice, "40.00")
        assert _amounts(desk, invoice) == ["open", "100.00", "40.00", "60.00"]
        last = _pay(desk, invoice, "60.00")
        assert _amounts(desk, invoice) == ["paid", "100.00", "100.00", "0.00"]
        assert desk.ask("DELETE", f"commerce_payments/{last}").status == 204
        assert _amounts(desk, invoice) == ["open", "100.00", "40.00", "60.00"]

    def test_a_payment_is_processing_until_said_otherwise(self, desk: Desk) -> None:
        """Trap 15: without a status a payment is `processing` and settles nothing."""
        invoice, _, _ = desk.open_invoice("100.00")
        payment = _pay(desk, invoice, "100.00", hs_latest_status="")
        assert desk.values("commerce_payments", payment, "hs_latest_status") == {"hs_latest_status": "processing"}
        assert _amounts(desk, invoice)[0] == "open"
        desk.patch(f"commerce_payments/{payment}", hs_latest_status="succeeded")
        assert _amounts(desk, invoice)[0] == "paid"

    def test_payments_may_leave_the_balance_alone_by_switch(self, desk: Desk) -> None:
        """Unverified: whether a payment made over the API lowers a billable invoice's balance."""
        desk.switches.change({"hs_payment_lowers_balance": False})
        invoice, _, _ = desk.open_invoice("100.00")
        _pay(desk, invoice, "100.00")
        assert _amounts(desk, invoice) == ["open", "100.00", "0.00", "100.00"]

    @pytest.mark.parametrize(
        "change",
        [{"hs_currency": "EUR"}, {"hs_invoice_date": "2026-12-01"}, {"hs_number": "X"}, {"hs_amount_billed": "1"}],
    )
    def test_final_fields_are_frozen(self, change: dict[str, str]) -> None:
        """An open invoice takes comments, due date and custom values, but no other currency, date, number or amount."""
        desk = Desk(additionalCurrencies=["EUR"])
        invoice, _, _ = desk.open_invoice()
        assert desk.patch(f"invoices/{invoice}", hs_comments="PO 7", hs_due_date="2027-01-10").status == 200
        assert desk.patch(f"invoices/{invoice}", **change).status == 400

    def test_final_lines_and_contact_are_frozen(self, desk: Desk) -> None:
        """Lines of an open invoice cannot be changed, added, removed; its contact cannot be exchanged."""
        invoice, contact, line = desk.open_invoice()
        assert desk.patch(f"line_items/{line}", price="1").status == 400
        assert desk.ask("DELETE", f"line_items/{line}").status == 400
        body = {"properties": {"name": "W"}, "associations": [_inline(invoice, 410)]}
        assert desk.post("line_items", body).status == 400
        assert desk.ask("DELETE", f"invoices/{invoice}/associations/contacts/{contact}").status == 400
        other = desk.make("contacts", email="other@example.com")
        assert desk.ask("PUT", f"invoices/{invoice}/associations/default/contacts/{other}").status == 400
        desk.switches.change({"hs_finalised_editable": True})
        assert desk.patch(f"line_items/{line}", price="1").status == 200
        assert _amounts(desk, invoice)[1] == "1.00"

    def test_people_may_edit_finalised_invoices_where_the_account_lets_them(self) -> None:
        """A person's edit of an open invoice passes or is refused by the account's setting."""
        desk = Desk(people_may_edit_finalised_invoices=True)
        invoice, _, _ = desk.open_invoice("100.00")
        desk.person("update", "invoices", id=invoice, lines_patch={"1": {"price": "90.00"}})
        assert _amounts(desk, invoice)[1] == "90.00"
        desk.person("set_portal", fields={"people_may_edit_finalised_invoices": False})
        with pytest.raises(ValueError, match="finalized"):
            desk.person("update", "invoices", id=invoice, lines_patch={"1": {"price": "80.00"}})

    def test_a_void_is_final(self, desk: Desk) -> None:
        """An open invoice can be voided, owes nothing then, and does not come back."""
        invoice, _, _ = desk.open_invoice("100.00")
        desk.patch(f"invoices/{invoice}", hs_invoice_status="voided")
        assert _amounts(desk, invoice) == ["voided", "100.00", "0.00", "0.00"]
        assert desk.patch(f"invoices/{invoice}", hs_invoice_status="open").status == 400

    def test_billable_is_settled_at_birth(self, desk: Desk) -> None:
        """hs_invoice_billable can be set at creation only, either way."""
        invoice = desk.make("invoices", hs_currency="USD")
        assert desk.patch(f"invoices/{invoice}", hs_invoice_billable="false").status == 400
        mirror = _mirror(desk)
        assert desk.patch(f"invoices/{mirror}", hs_invoice_billable="true").status == 400

    def test_recurring_lines_are_refused(self, desk: Desk) -> None:
        """A recurring line is refused on a billable invoice and taken by a non-billable one."""
        line = {"name": "Plan", "recurringbillingfrequency": "monthly"}
        draft = desk.make("invoices", hs_currency="USD")
        assert desk.post("line_items", {"properties": line, "associations": [_inline(draft, 410)]}).status == 400
        desk.make("line_items", (_mirror(desk), 410), **line)


class TestNotBillable:
    """Invoices that stand for one billed elsewhere."""

    def test_number_status_and_total_are_what_the_writer_says(self, desk: Desk) -> None:
        """Number, status and amount are set directly, and paid may go back to open."""
        mirror = _mirror(desk, hs_number="1001", hs_invoice_status="paid", hs_amount_billed="4.03")
        assert desk.values("invoices", mirror, "hs_number") == {"hs_number": "1001"}
        assert desk.patch(f"invoices/{mirror}", hs_invoice_status="open", hs_amount_billed="5.00").status == 200
        assert _amounts(desk, mirror) == ["open", "5.00", "0.00", "5.00"]
        desk.make("line_items", (mirror, 410), name="W", quantity="1", price="1.12")
        assert _amounts(desk, mirror)[1] == "5.00"

    def test_payments_lower_its_balance_but_leave_its_status(self, desk: Desk) -> None:
        """The balance is total less succeeded payments; the status stays the writer's."""
        mirror = _mirror(desk, hs_invoice_status="open", hs_amount_billed="300.00")
        _pay(desk, mirror, "300.00", hs_processor_type="quickbooks")
        assert _amounts(desk, mirror) == ["open", "300.00", "300.00", "0.00"]

    def test_its_balance_is_computed_unless_the_switch_says_otherwise(self, desk: Desk) -> None:
        """Unverified: hs_balance_due is read-only by default and settable by switch."""
        mirror = _mirror(desk, hs_amount_billed="300.00")
        assert desk.patch(f"invoices/{mirror}", hs_balance_due="10").status == 400
        desk.switches.change({"hs_balance_settable_when_not_billable": True})
        assert desk.patch(f"invoices/{mirror}", hs_balance_due="10").status == 200
        assert desk.values("invoices", mirror, "hs_balance_due") == {"hs_balance_due": "10"}

    def test_without_a_total_the_lines_make_it(self, desk: Desk) -> None:
        """A mirror whose amount nobody set shows the sum of its lines and taxes."""
        mirror = _mirror(desk)
        for _ in range(3):
            desk.make("line_items", (mirror, 410), name="W", quantity="1", price="1.12")
        desk.make("taxes", (mirror, 416), hs_type="FIXED", hs_value="0.67")
        assert _amounts(desk, mirror)[1] == "4.03"

    def test_status_may_be_guarded_by_switch(self, desk: Desk) -> None:
        """Unverified: whether the status of a non-billable invoice may be set directly."""
        desk.switches.change({"hs_status_settable_when_not_billable": False})
        mirror = _mirror(desk)
        assert desk.patch(f"invoices/{mirror}", hs_invoice_status="paid").status == 400


class TestAmounts:
    """What HubSpot computes."""

    @pytest.mark.parametrize(
        ("line", "amount"),
        [({"quantity": "3", "price": "19.99", "hs_discount_percentage": "10"}, "53.97"),
         ({"quantity": "0.333", "price": "50.00"}, "16.65"), ({"price": "75"}, "75.00"),
         ({"quantity": "2", "price": "10", "discount": "1.5"}, "17.00"), ({"quantity": "1", "price": "0.005"}, "0.01")],
    )  # fmt: skip
    def test_lines(self, desk: Desk, line: dict[str, str], amount: str) -> None:
        """Quantity times price less discount, rounded half up to the cent."""
        assert desk.values("line_items", desk.make("line_items", name="W", **line), "amount") == {"amount": amount}

    def test_discounts_then_fees_then_taxes(self, desk: Desk) -> None:
        """Adjustments apply in that order, percentages of what is left by then, each rounded to the cent."""
        invoice = desk.make("invoices", hs_currency="USD")
        desk.make("line_items", (invoice, 410), name="W", quantity="1", price="99.99")
        desk.make("taxes", (invoice, 416), hs_type="PERCENT", hs_value="10")
        desk.make("fees", (invoice, 414), hs_type="FIXED", hs_value="5")
        desk.make("discounts", (invoice, 412), hs_type="PERCENT", hs_value="10")
        # 99.99 - 10.00 = 89.99; + 5 = 94.99; + 9.50 = 104.49
        assert _amounts(desk, invoice)[1] == "104.49"

    def test_line_taxes_come_from_the_library(self, desk: Desk) -> None:
        """hs_tax_rate_group_id takes ids of the tax library; each line's tax is rounded on its own."""
        rates = desk.get("/tax-rates/2026-09/tax-rates")["results"]
        assert [each["percentageRate"] for each in rates] == [20.0, 5.0]
        invoice = desk.make("invoices", hs_currency="USD")
        for _ in range(3):
            desk.make(
                "line_items", (invoice, 410), name="W", quantity="1", price="1.12", hs_tax_rate_group_id=rates[0]["id"]
            )
        assert _amounts(desk, invoice)[1] == "4.02"
        assert desk.post("line_items", {"properties": {"hs_tax_rate_group_id": "1"}}).status == 400

    def test_a_person_may_set_what_is_computed(self, desk: Desk) -> None:
        """A person's line amount and invoice total stand until the lines are edited."""
        invoice, _, _ = desk.open_invoice("100.00", hs_amount_billed="100.01")
        assert _amounts(desk, invoice)[1] == "100.01"
        desk.person("update", "invoices", id=invoice, add_lines=[{"name": "X", "quantity": 1, "price": 5, "amount": 4}])
        assert _amounts(desk, invoice)[1] == "104.00"
        desk.person("update", "invoices", id=invoice, remove_last_line=True)
        assert _amounts(desk, invoice)[1] == "100.00"


class TestLines:
    """Line items belong to one record."""

    def test_one_parent_each(self, desk: Desk) -> None:
        """Checklist 10, trap 20: a deal's line cannot be put on an invoice; by switch it moves there."""
        deal = desk.make("deals", dealname="R", dealstage="contractsent")
        line = desk.make("line_items", (deal, 20), name="W", price="10")
        mirror = _mirror(desk)
        path = f"invoices/{mirror}/associations/default/line_items/{line}"
        assert desk.ask("PUT", path).status == 400
        desk.switches.change({"hs_line_item_changes_parent": True})
        assert desk.ask("PUT", path).status == 200
        assert desk.get(f"deals/{deal}/associations/line_items")["results"] == []

    def test_they_go_with_their_parent(self, desk: Desk) -> None:
        """Checklist 10: deleting a draft deletes its lines and its taxes."""
        invoice = desk.make("invoices", hs_currency="USD")
        desk.make("line_items", (invoice, 410), name="W")
        desk.make("taxes", (invoice, 416), hs_type="FIXED", hs_value="1")
        assert desk.ask("DELETE", f"invoices/{invoice}").status == 204
        assert desk.get("line_items")["results"] == desk.get("taxes")["results"] == []
        archived = desk.portal.state()["line_items"][0]
        assert archived["archived"] is True
        assert archived["associations"]["invoices"][0]["id"] == invoice

    def test_a_price_is_never_negative(self, desk: Desk) -> None:
        """Trap 21: a negative price is refused."""
        assert desk.post("line_items", {"properties": {"name": "W", "price": "-1"}}).status == 400

    def test_a_product_fills_its_line(self, desk: Desk) -> None:
        """hs_product_id brings name, price and SKU; an unknown product is refused."""
        product = desk.make("products", name="Widget", hs_sku="W-1", price="100")
        line = desk.make("line_items", hs_product_id=product, quantity="2")
        assert desk.values("line_items", line, "name", "hs_sku", "amount") == {
            "name": "Widget", "hs_sku": "W-1", "amount": "200.00",
        }  # fmt: skip
        assert desk.post("line_items", {"properties": {"hs_product_id": "1"}}).status == 400


class TestDeletion:
    """What may be deleted."""

    def test_final_invoices_stay(self, desk: Desk) -> None:
        """Open invoices go only where the account allows it; paid and voided ones never; one of them saves a batch."""
        invoice, _, _ = desk.open_invoice("100.00")
        draft = desk.make("invoices", hs_currency="USD")
        assert desk.ask("DELETE", f"invoices/{invoice}").status == 400
        assert desk.post("invoices/batch/archive", {"inputs": [{"id": draft}, {"id": invoice}]}).status == 400
        assert desk.get(f"invoices/{draft}").status == 200
        desk.person("set_portal", fields={"open_invoices_deletable": True})
        assert desk.ask("DELETE", f"invoices/{invoice}").status == 204

    def test_processor_payments_are_out_of_reach(self, desk: Desk) -> None:
        """A payment that a processor made can be neither changed nor deleted over the API; our own can be archived."""
        stripe = desk.person(
            "create", "commerce_payments", fields={"hs_initial_amount": 10, "hs_processor_type": "byo_stripe"}
        )
        assert desk.patch(f"commerce_payments/{stripe}", hs_reference_number="1").status == 400
        assert desk.ask("DELETE", f"commerce_payments/{stripe}").status == 400
        ours = desk.make("commerce_payments", hs_initial_amount="1", hs_initiated_date="2026-11-24")
        assert desk.patch(f"commerce_payments/{ours}", hs_initial_amount="2").status == 200
        desk.switches.change({"hs_payments_archivable": False})
        assert desk.ask("DELETE", f"commerce_payments/{ours}").status == 400
        desk.switches.change({"hs_payments_archivable": True})
        assert desk.ask("DELETE", f"commerce_payments/{ours}").status == 204

    def test_payments_may_need_a_processor(self, desk: Desk) -> None:
        """Unverified: creating payments may be refused with 403 where no processor is connected."""
        desk.switches.change({"hs_payments_need_processor": True})
        body = {"properties": {"hs_initial_amount": "1", "hs_initiated_date": "2026-11-24"}}
        assert desk.post("commerce_payments", body).status == 403

    def test_figures_of_a_payment(self, desk: Desk) -> None:
        """Net amounts and the number of invoices are computed, and read-only ones can be set by people alone."""
        invoice, _, _ = desk.open_invoice("100.00")
        payment = _pay(desk, invoice, "100", hs_fees_amount="2.5")
        names = ("hs_net_amount", "hs_has_associated_invoice", "hs_number_of_associated_invoices")
        assert list(desk.values("commerce_payments", payment, *names).values()) == ["97.5", "true", "1"]
        assert desk.patch(f"commerce_payments/{payment}", hs_platform_fee="1").status == 400
        desk.person("update", "commerce_payments", id=payment, fields={"hs_platform_fee": 1})


def _inline(target: str, type_id: int) -> dict[str, Any]:
    return {"to": {"id": target}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}


def test_a_deals_amount_is_what_was_written(desk: Desk) -> None:
    """Trap 34: a deal's amount and its line items know nothing of each other, nor do its invoice's amounts."""
    deal = desk.make("deals", dealname="Roof", dealstage="contractsent", pipeline="default", amount="10")
    desk.make("line_items", (deal, 20), name="Tiles", quantity="3", price="7")
    desk.make("invoices", (deal, 175), hs_currency="USD", hs_invoice_billable="false", hs_amount_billed="99")
    assert desk.values("deals", deal, "amount") == {"amount": "10"}
