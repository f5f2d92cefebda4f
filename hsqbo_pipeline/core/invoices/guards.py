"""Checks of our own that run before anything is sent to QuickBooks (N16): period, number, currency, dimensions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.company_lists import Lists
from hsqbo_pipeline.core.invoices.parents import Standing
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.invoices import LONGEST_NUMBER
from hsqbo_pipeline.mapping.lines import cents, money
from hsqbo_pipeline.model.money import plain
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import fiscal_year_start

MOST_TAXED_LINES = 750
MOST_LINES = 10_000


def last_closed_day(situation: Situation) -> date | None:
    """The last day that must not be written, by the company's closing date or else by the rules."""
    company = situation.company
    return situation.rules.closing.last_closed_day(
        company.closed_until, situation.today, company.fiscal_year_start_month
    )


def closed_day(days: Iterable[date | None], situation: Situation) -> dict[str, date] | None:
    """The slots of PER_CLOSED for the first of `days` that is closed; None if all are open. Old and new day both count."""
    closed = last_closed_day(situation)
    hit = next((day for day in days if day is not None and closed is not None and day <= closed), None)
    return {"date": hit, "closed": closed} if hit is not None and closed is not None else None


def earlier_year(day: date | None, situation: Situation) -> dict[str, date] | None:
    """The slots of PER_PRIOR_YEAR for a day before this fiscal year."""
    begins = fiscal_year_start(situation.today, situation.company.fiscal_year_start_month)
    return {"date": day, "closed": begins} if day is not None and day < begins else None


def period(case: Case, situation: Situation, *days: date | None) -> Verdict | None:
    """PER_CLOSED where one of the days lies in a closed period."""
    slots = closed_day(days, situation)
    return case.verdict("PER_CLOSED", slots=slots) if slots else None


def number(case: Case, situation: Situation, given: dict[str, str]) -> Verdict | None:
    """The number fits, and nobody has it: no document in QuickBooks, no earlier invoice of this plan (N4)."""
    text = case.row(System.HUBSPOT)["number"]
    if situation.rules.invoices.number_from == "quickbooks" or not text:
        return None
    if len(text) > LONGEST_NUMBER:
        return case.verdict("INV_NUMBER_TOO_LONG", slots={"number": text, "limit": LONGEST_NUMBER})
    holder = case.holder or given.get(text.strip().casefold())
    if holder:
        return case.verdict(
            "INV_NUMBER_TAKEN", slots={"number": text, "holder": holder}, candidates=({"holder": holder},)
        )
    return None


def currency(case: Case, customer: Standing, row: Row | None, situation: Situation) -> Verdict | None:
    """The invoice's currency is its customer's, and the company's own where it keeps only one (H28)."""
    company, said = situation.company, case.row(System.HUBSPOT)["currency"]
    if company.home_currency is None:
        return case.verdict("CUR_HOME_UNKNOWN")
    expected = (row or {}).get("currency") or customer.planned_currency or company.home_currency
    holder = "the customer" if company.multi_currency else "the company"
    expected = expected if company.multi_currency else company.home_currency
    if said == expected:
        return None
    return case.verdict("CUR_MISMATCH", slots={"currency": said, "holder": holder, "expected": expected})


def lines(case: Case) -> Verdict | None:
    """There are lines, none too many, and they add up to what the invoice says, to the cent (D52, D54, D64)."""
    row, found = case.row(System.HUBSPOT), case.lines[System.HUBSPOT]
    if not found:
        return case.verdict("INV_NO_LINES")
    tax, total = row["tax"] or ZERO, row["total"] or ZERO
    if len(found) > (MOST_TAXED_LINES if tax else MOST_LINES):
        return case.verdict("VAL_TOO_LONG", slots={"field": "lines", "limit": MOST_TAXED_LINES if tax else MOST_LINES})
    if total < ZERO:
        return case.verdict("INV_NEGATIVE_TOTAL", slots={"total": total})
    added = sum((line["amount"] or ZERO for line in found), start=ZERO) - case.order_discount + case.order_fees + tax
    if added != total:
        return case.verdict("INV_SUM_MISMATCH", slots={"sum": _cents(added), "total": _cents(total)})
    return None


def _cents(value: Decimal) -> str:
    """An amount with its cents, or as it is where it has more decimals."""
    return money(value) if cents(value) == value else plain(value)


def adjustments(case: Case, situation: Situation) -> Verdict | None:
    """An order discount goes to the company's discount account where there is one; a fee goes nowhere (H25, D66)."""
    company, fee, discount = situation.company, case.order_fees, case.order_discount
    if fee or (discount and not (company.allow_discount and company.discount_account)):
        return case.verdict("INV_ORDER_DISCOUNT_UNSUPPORTED", slots={"amount": money(fee or discount)})
    return None


def dimensions(case: Case, situation: Situation, lists: Lists) -> Verdict | dict[str, str]:
    """Class and location of the sale, as header references; refused where the rules want one and give none (H27)."""
    rules, company = situation.rules.invoices, situation.company
    found: dict[str, str] = {}
    wanted = (
        ("class", rules.class_, "Class", "ClassRef", company.class_per_txn or company.class_per_line),
        ("location", rules.location, "Department", "DepartmentRef", company.track_departments),
    )
    for dimension, source, kind, name, tracked in wanted:
        if not tracked:
            continue
        entry = lists.find(kind, lists.text(case, source)) if source is not None else None
        if entry is not None:
            found[name] = entry
        elif rules.require_class and not (
            source is not None and source.object == "line_items" and company.class_per_line
        ):
            return case.verdict("DIM_REQUIRED", slots={"dimension": dimension})
    return found
