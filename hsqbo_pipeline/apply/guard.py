"""What is never sent, whatever a plan says: the writer's own last look at each request.

The rules plan nothing of this kind; the guard is for the day on which they have a mistake. It judges one request at a
time, by what it carries and what its target says at this moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hsqbo_pipeline.core.decisions import Company
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Step, StepAction

RULE = "VAL_BUSINESS_RULE"
TRANSACTIONS = frozenset({"Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt"})
# What the writer knows how to do; anything else (HubSpot's merge, its deletion for good) does not leave the house.
_KNOWN = {
    System.HUBSPOT: frozenset(StepAction) - {StepAction.DELETE, StepAction.VOID},
    System.QUICKBOOKS: frozenset(StepAction) - {StepAction.ASSOCIATE, StepAction.DISSOCIATE},
}
_ITEM_FIXED = ("Type", "TrackQtyOnHand", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")
_STOCK = ("QtyOnHand", "InvStartDate", "ReorderPoint")
_ONLINE = ("AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment", "AllowIPNPayment")
_MASTERS = frozenset({"contacts", "companies", "products", "deals"})


@dataclass(frozen=True)
class Refusal:
    """A request that is not sent, and why."""

    code: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request as the guard looks at it. `current` is its target as just read; `ours` whether we made the target."""

    step: Step
    body: Mapping[str, Any]
    current: Mapping[str, Any] | None = None
    ours: bool = False


def refusal(request: Request, company: Company, today: date) -> Refusal | None:
    """Why this request must not be sent; None if it may. `today` is the company's business day."""
    step = request.step
    if step.action is StepAction.CREATE and not _can_be_found(step):
        return _against("a creation that could not be found again is never sent")
    if step.action not in _KNOWN[step.system]:
        return _against(f"{step.action.value} of {step.object} in {step.system.value} is never sent")
    if step.system is System.HUBSPOT:
        return next(_hubspot(request), None)
    for rule in _QUICKBOOKS:
        for found in rule(request, company, today):
            return found
    return None


def _against(short: str) -> Refusal:
    return Refusal(RULE, {"short": short})


def _can_be_found(step: Step) -> bool:
    """Whether a creation says how it is found if its answer is lost."""
    find = step.find or {}
    return bool(find.get("where") if step.system is System.QUICKBOOKS else find.get("property") and find.get("value"))


def _hubspot(request: Request) -> Iterator[Refusal]:
    step, body = request.step, request.body
    billable = str(body.get("hs_invoice_billable") or "").lower() == "true"
    if step.object == "invoices" and billable:
        was = ((request.current or {}).get("properties") or {}).get("hs_invoice_billable")
        if step.action is StepAction.CREATE or str(was).lower() != "true":
            yield _against("a mirror of the books is never made billable")
    if step.action is StepAction.ARCHIVE and step.object in _MASTERS and not request.ours:
        yield _against(f"{step.object} that we did not make are never archived")


def _side_effects(request: Request, _company: Company, _today: date) -> Iterator[Refusal]:
    """E-mails to customers, charges to cards, ways to pay twice, exchange rates."""
    for name, value in _leaves(request.body):
        said = str(value).lower()
        if name == "EmailStatus" and said == "needtosend":
            yield _against("an e-mail to the customer is never asked for")
        if name in _ONLINE and said == "true":
            yield _against("online payment is never switched on")
        if name == "ProcessPayment" and said == "true":
            yield _against("a card is never charged")
        if name == "ExchangeRate":
            yield Refusal("CUR_MISMATCH", {"holder": "QuickBooks", "expected": "its own exchange rate"})


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, key)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part, name)
    else:
        yield name, value


def _dates(request: Request, company: Company, today: date) -> Iterator[Refusal]:
    """No date is ever moved, and nothing in a closed period is touched: old date and new one count (N16, H18)."""
    if request.step.object not in TRANSACTIONS:
        return
    old = _day((request.current or {}).get("TxnDate"))
    new = _day(request.body.get("TxnDate"))
    if old is not None and new is not None and old != new:
        yield Refusal("INV_REMOTE_HEADER_CHANGED", {"diff": f"date {old} to {new}"})
    written = new or (today if request.step.action is StepAction.CREATE else None)
    for day in (old, written):
        if day is not None and company.closed_until is not None and day <= company.closed_until:
            yield Refusal("PER_CLOSED", {"date": day, "closed": company.closed_until})


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _lists(request: Request, _company: Company, _today: date) -> Iterator[Refusal]:
    """Items, accounts and customers that exist keep what their books rest on (H23, H24, N12)."""
    step, body, current = request.step, request.body, request.current or {}
    if step.action is StepAction.CREATE:
        yield from (
            _against(f"{name} of an item is never written") for name in _STOCK if step.object == "Item" and name in body
        )
        return
    off = step.action is StepAction.ARCHIVE or str(body.get("Active", "")).lower() == "false"
    if off and (step.object == "Account" or (step.object in ("Item", "Customer") and not request.ours)):
        yield _against(f"{step.object} records that we did not make are never made inactive")
    if step.object == "Item":
        stocked = current.get("Type") == "Inventory"
        fixed = (*_ITEM_FIXED, *_STOCK, *(("PurchaseCost",) if stocked else ()))
        yield from (_against(f"{name} of an item is never changed") for name in fixed if name in body)
    if step.object == "Customer":
        yield from _customer(body, current)


def _customer(body: Mapping[str, Any], current: Mapping[str, Any]) -> Iterator[Refusal]:
    if _changes("CurrencyRef", body, current):
        slots = {"name": current.get("DisplayName"), "currency": _ref(current.get("CurrencyRef"))}
        yield Refusal("CUR_CUSTOMER_FIXED", slots)
    for name in ("DisplayName", "ParentRef", "Job"):
        if _changes(name, body, current):
            yield _against(f"{name} of a customer is never changed")


def _changes(name: str, body: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    return name in body and _ref(body[name]) != _ref(current.get(name))


def _ref(value: Any) -> Any:
    return str(value.get("value")) if isinstance(value, Mapping) else value


def _documents(request: Request, _company: Company, _today: date) -> Iterator[Refusal]:
    """Documents in the books: nobody's but ours are deleted, no payment is un-applied, no link is cut (H12, H26, N7)."""
    step, body, current = request.step, request.body, request.current or {}
    if step.object not in TRANSACTIONS or step.action is StepAction.CREATE:
        return
    if _changes("CurrencyRef", body, current):
        yield Refusal(
            "CUR_MISMATCH", {"currency": _ref(body["CurrencyRef"]), "expected": _ref(current.get("CurrencyRef"))}
        )
    ends = step.action in (StepAction.DELETE, StepAction.VOID, StepAction.ARCHIVE)
    if step.action is StepAction.DELETE and not request.ours:
        yield _against("a document that we did not make is never deleted")
    if step.object == "Payment":
        yield from _payment(body, ends, request.ours)
    linked = [link for link in current.get("LinkedTxn") or () if isinstance(link, Mapping)]
    if step.object == "Invoice" and ends and linked:
        yield Refusal("INV_LOCKED_BY_PAYMENT", {"amount": _applied(current)})
    foreign = [f"{link.get('TxnType')} {link.get('TxnId')}" for link in linked if link.get("TxnType") != "Payment"]
    if step.object == "Invoice" and "Line" in body and foreign:
        yield Refusal("INV_LINKED_TXN", {"linked": ", ".join(foreign)})


def _payment(body: Mapping[str, Any], ends: bool, ours: bool) -> Iterator[Refusal]:
    if ends and not ours:
        yield _against("a payment that we did not make is never voided or deleted")
    if "Line" in body and not any(line.get("LinkedTxn") for line in body["Line"] or ()):
        yield _against("a payment is never taken off its invoices")


def _applied(current: Mapping[str, Any]) -> Any:
    try:
        return current["TotalAmt"] - current["Balance"]
    except (KeyError, TypeError):
        return None


_QUICKBOOKS: tuple[Callable[[Request, Company, date], Iterator[Refusal]], ...] = (
    _side_effects,
    _dates,
    _lists,
    _documents,
)
