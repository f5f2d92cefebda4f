"""What the QuickBooks company's own settings mean for the rules."""

from __future__ import annotations

from collections.abc import Iterator

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.model.findings import Finding, finding
from hsqbo_pipeline.model.names import System

US = "US"
_SUBSCRIBED = {
    "SUBSCRIBED",
    "TRIAL",
    "TRIALING",
    "",
}  # said by CompanyInfo's NameValue; absent where Intuit leaves it out


def findings(situation: Situation) -> list[Finding]:
    """Subscription, numbering, closing date, currencies, tax, credits, revenue recognition, class and location."""
    outgoing = situation.rules.invoices.writes_to(System.QUICKBOOKS)
    found = [*_subscription(situation), *_numbers(situation), *_closing(situation), *_currencies(situation)]
    if outgoing:
        found += [*_tax(situation), *_revenue(situation), *_dimensions(situation)]
        if situation.company.auto_apply_credit:
            found.append(finding("auto_credit"))
    return found


def _subscription(situation: Situation) -> Iterator[Finding]:
    status = situation.company.subscription
    if status.upper() not in _SUBSCRIBED:
        yield finding("subscription", status=status.lower())


def _numbers(situation: Situation) -> Iterator[Finding]:
    """Both sides of the advice are told, whichever way the setting stands (A18, 1.10)."""
    setting = "on" if situation.company.custom_numbers else "off"
    yield finding(f"numbers_{setting}", setting=setting)


def _closing(situation: Situation) -> Iterator[Finding]:
    if situation.closing_said:
        return
    closed = situation.company.closed_until
    yield finding("closing_off") if closed is None else finding("closing_absent", closed=closed)


def _currencies(situation: Situation) -> Iterator[Finding]:
    company, portal = situation.company, situation.portal
    if company.home_currency is None:
        yield finding("home_currency_unknown")
        return
    if portal.currencies and company.home_currency not in portal.currencies:
        yield finding("currency_absent", currency=company.home_currency, currencies=portal.currencies)
    if company.multi_currency:
        yield finding("multi_currency", currency=company.home_currency)


def _tax(situation: Situation) -> Iterator[Finding]:
    """Decided by whether the company uses sales tax, not by its country: with tax off none is needed anywhere (1.8)."""
    company, tax = situation.company, situation.rules.tax
    if not company.uses_sales_tax:
        return
    if company.country == US and tax.us_untaxed_hs_invoice is None:
        yield finding("tax_policy")
    if company.country != US and tax.hs_invoice_with_tax == "reject":
        yield finding("tax_rejected")


def _revenue(situation: Situation) -> Iterator[Finding]:
    if situation.company.revenue_recognition:
        dated = situation.rules.invoices.service_date.rule != "none"
        yield finding("revenue_dated" if dated else "revenue_recognition")


def _dimensions(situation: Situation) -> Iterator[Finding]:
    company, rules = situation.company, situation.rules.invoices
    if (company.class_per_txn or company.class_per_line) and rules.class_ is None:
        yield finding("dimension", dimension="class", setting="class")
    if company.track_departments and rules.location is None:
        yield finding("dimension", dimension="location", setting="location")
