"""What an invoice of the books looks like to HubSpot: whose it is, whether it can be shown exactly, and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.parents import Parents, Standing
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.invoices import figures
from hsqbo_pipeline.mapping.lines import charges, discounts, is_negative, money
from hsqbo_pipeline.model.fields import Field, field_map
from hsqbo_pipeline.model.names import Entity, System

_FIGURE_COLUMNS = {
    "qbo_total": "qbo_total",
    "qbo_tax": "qbo_tax",
    "qbo_balance_due": "qbo_balance",
    "qbo_credits_applied": "qbo_credits",
    "qbo_deposit": "deposit",
}


@dataclass(frozen=True)
class Payer:
    """The contact (or company) that a QuickBooks invoice goes to in HubSpot, and the job it is for."""

    standing: Standing
    job: str | None

    @property
    def key(self) -> str:
        """Whose invoice it is, as the baseline remembers it."""
        return self.standing.partner or f"of:{self.standing.id}"


def mirror_fields(situation: Situation) -> tuple[Field, ...]:
    """The mapped header fields; a number that the books changed is shown changed, as the books own it."""
    mapped = field_map(Entity.INVOICE, situation.rules)
    return tuple(
        replace(each, create_only=False) if each.name == "number" else each for each in mapped if not each.compared_only
    )


def payer_of(case: Case, parents: Parents) -> Payer | Verdict:
    """The nearest of the customer and its ancestors that HubSpot knows (N11)."""
    customer = case.row(System.QUICKBOOKS)["customer_id"]
    family = list(parents.lineage(customer)) if customer else []
    for standing in family:
        if standing.reachable:
            job = (
                family[0].row.get("display_name")
                if standing is not family[0] or family[0].row.get("parent_id")
                else None
            )
            return Payer(standing, job)
    trouble = next((standing for standing in family if standing.failing), None)
    if trouble is not None:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": trouble.name, "reason": trouble.code})
    name = family[0].name if family else "none"
    return case.verdict("INV_CUSTOMER_UNRESOLVED", slots={"contact": name})


def refusal(case: Case, parents: Parents, situation: Situation) -> Verdict | None:
    """Why a QuickBooks invoice can't be shown in HubSpot exactly as it is."""
    row, lines = case.row(System.QUICKBOOKS), case.lines[System.QUICKBOOKS]
    if row["currency"] and row["currency"] not in situation.portal.currencies:
        slots = {
            "currency": row["currency"],
            "holder": "the HubSpot portal",
            "expected": ", ".join(situation.portal.currencies),
        }
        return case.verdict("CUR_MISMATCH", slots=slots)
    tax, total = row["tax"] or ZERO, row["total"] or ZERO
    if row["tax_mode"] == "TaxInclusive" and tax:
        return case.verdict("TAX_POLICY_MISSING", slots={"short": "amounts include tax"})
    for number, line in enumerate(lines, 1):
        if is_negative(line):
            return case.verdict("INV_LINE_NEGATIVE", slots={"line": number, "amount": money(line["amount"])})
    failing = _failing_item(lines, parents)
    if failing is not None:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": failing.name, "reason": failing.code})
    # HubSpot adds up what it shows: each line to the cent, less the discount, plus the tax.
    shown = sum(
        (Decimal(money(line["amount"])) for line in lines if line["kind"] in ("item", "shipping") and line["amount"]),
        start=ZERO,
    )
    added = charges(lines) - discounts(lines) + tax
    if added != total or shown - discounts(lines) + tax != total:
        return case.verdict("INV_SUM_MISMATCH", slots={"sum": added, "total": total})
    return _unattributed(case)


def _failing_item(lines: Sequence[Mapping[str, Any]], parents: Parents) -> Standing | None:
    for line in lines:
        if line["item_id"]:
            standing = parents.product(System.QUICKBOOKS, line["item_id"])
            if standing.failing and not standing.reachable:
                return standing
    return None


def _unattributed(case: Case) -> Verdict | None:
    """Every cent by which the balance is below the total has a reason, or the invoice is not believed (H10)."""
    row = case.row(System.QUICKBOOKS)
    total, balance = row["total"] or ZERO, row["balance"] or ZERO
    deposit = ZERO if "deposit" in case.reductions else row["deposit"] or ZERO
    rest = total - balance - deposit - sum(case.reductions.values(), start=ZERO)
    if rest == 0 or (rest > 0 and _has_other_links(row)):
        return None
    slots = {"klass": "FAILING", "difference": rest, "found": balance, "expected": balance + rest}
    return case.verdict("REC_TOTAL_VARIANCE", slots=slots)


def _has_other_links(row: Mapping[str, Any]) -> bool:
    """Whether something other than a payment hangs on the invoice; journal entries show no amount there."""
    text = row["linked_txns"]
    return bool(text) and any(
        word in str(text) for word in ("JournalEntry", "CreditMemo", "Expense", "Check", "CreditCardCredit", "Deposit")
    )


def variance(case: Case) -> Reason | None:
    """What both sides were settled on although it differs: the tax alone, the total, or the day it counts on."""
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    total, tax = ((booked[name] or ZERO) - (row[name] or ZERO) for name in ("total", "tax"))
    if tax and tax == total:
        slots = {"klass": "WARNING", "difference": tax, "found": booked["tax"], "expected": row["tax"] or ZERO}
        return Reason("TAX_VARIANCE", slots)
    if not total and not tax and (row["invoice_date"], row["currency"]) == (booked["invoice_date"], booked["currency"]):
        return None
    found, expected = (f"{each['total']} {each['currency']} on {each['invoice_date']}" for each in (booked, row))
    return Reason("REC_TOTAL_VARIANCE", {"klass": "WARNING", "difference": total, "found": found, "expected": expected})


def figures_of(case: Case, posted: Decimal = ZERO) -> dict[str, str]:
    """QuickBooks' figures of an invoice, with what this run is about to post on it taken off the balance."""
    row = case.row(System.QUICKBOOKS)
    total, balance = row["total"] or ZERO, row["balance"] or ZERO
    lowered = total - balance if row["status"] != "voided" else ZERO
    return figures(total, row["tax"] or ZERO, balance - posted, *without_money(case, lowered))


def without_money(case: Case, lowered: Decimal) -> tuple[Decimal, Decimal]:
    """What lowered a balance by this much beside payments: credits and their like, and the deposit on the invoice itself."""
    deposit = min((case.row(System.QUICKBOOKS)["deposit"] or ZERO), lowered)
    return max(lowered - deposit - case.reductions.get("cash", ZERO), ZERO), deposit


def untold(row: Row, told: Mapping[str, str]) -> dict[str, str]:
    """The figures that a HubSpot invoice shows otherwise, or not at all; no deposit need not be said."""
    return {
        name: text
        for name, text in told.items()
        if row[_FIGURE_COLUMNS[name]] != Decimal(text) and (name != "qbo_deposit" or row["deposit"] or Decimal(text))
    }
