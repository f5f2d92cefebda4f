"""Payments: lines applied to documents, the rest unapplied; credits used without any money."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.accounts import undeposited_funds
from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import settle_currency
from hsqbo_pipeline.sandbox.quickbooks.entities.sales import find_customer, require_customer
from hsqbo_pipeline.sandbox.quickbooks.ledger import (
    applications,
    apply,
    entity_of,
    is_credit,
    journal_open,
    post,
    set_unapplied,
    unapplied,
)
from hsqbo_pipeline.sandbox.quickbooks.names import check_lengths
from hsqbo_pipeline.sandbox.quickbooks.period import check_period
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_format, business, missing, not_found
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, ref, shown, value_of

READ_ONLY = frozenset({"UnappliedAmt", "LinkedTxn", "TxnSource", "PaymentExtendedType"})
TYPES = ("Invoice", "CreditMemo", "JournalEntry", "Expense", "Check", "CreditCardCredit")
_LENGTHS = {"PaymentRefNum": 21, "PrivateNote": 4000}


def derive(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Complete a payment. Raises Refusal."""
    require_customer(doc)
    if before is not None:
        check_not_deposited(before, act)
    customer = find_customer(books, doc, before, act) or {}
    doc.setdefault("TxnDate", books.today().isoformat())
    check_period(books, act, before, doc)
    check_lengths(doc, _LENGTHS)
    settle_currency(books, doc, customer)
    _references(books, doc, act)
    _total(books, doc)
    doc["Line"] = _lines(books, doc, customer, number, auto=before is None)
    if not doc["TotalAmt"] and not doc["Line"]:
        raise business("You must set a transaction amount", "TotalAmt")
    rest = unapplied(books, doc)
    if rest < 0 or (rest > doc["TotalAmt"]):
        raise _over(books, "The amount applied is not the amount received and the credits used")
    set_unapplied(books, doc)
    doc["LinkedTxn"] = (before or {}).get("LinkedTxn", [])
    doc.setdefault("ProcessPayment", False)


def _references(books: Books, doc: Doc, act: Act) -> None:
    doc.setdefault("DepositToAccountRef", undeposited_funds(books))
    account = books.refer("Account", doc, "DepositToAccountRef", may_be_inactive=act.person)
    doc["DepositToAccountRef"] = ref(doc["DepositToAccountRef"]["value"])
    if account is not None and account.get("AccountType") not in ("Bank", "Other Current Asset", "Credit Card"):
        raise Refusal("6430", "Invalid Account Type", "DepositToAccountRef must be a bank or asset account")
    for name, entity in (("PaymentMethodRef", "PaymentMethod"), ("ARAccountRef", "Account")):
        if name in doc:
            books.refer(entity, doc, name, may_be_inactive=act.person)


def _total(books: Books, doc: Doc) -> None:
    if "TotalAmt" not in doc:
        raise business("You must set a transaction amount", "TotalAmt")
    if doc["TotalAmt"] < 0:
        raise business("The amount of a payment must be 0 or greater", "TotalAmt")
    doc["TotalAmt"] = shown(books.cents(Decimal(doc["TotalAmt"])))


def _lines(books: Books, doc: Doc, customer: Doc, number: int, *, auto: bool) -> list[Doc]:
    sent = [line for line in doc.get("Line", []) if line.get("LinkedTxn") and line.get("Amount", 0) != 0]
    if not sent and auto and books.preference("SalesFormsPrefs", "AutoApplyPayments"):
        sent = _oldest_first(books, doc)
    lines = []
    for line in sent:
        if "Amount" not in line:
            raise missing("Amount")
        if line["Amount"] < 0:
            raise business("The amount of a payment line must be 0 or greater", "Amount")
        link = line["LinkedTxn"][0]
        target = _target(books, link, customer)
        amount = shown(books.cents(Decimal(line["Amount"])))
        lines.append(
            {
                "Amount": amount,
                "LinkedTxn": [{"TxnId": str(target), "TxnType": link["TxnType"]}],
                "LineEx": _extras(books, target, link["TxnType"]),
            }
        )
    _check_open_balances(books, lines, number)
    return lines


def _target(books: Books, link: Doc, customer: Doc) -> int:
    kind = link.get("TxnType")
    if kind not in TYPES:
        raise bad_format("2170", "TxnType", kind)
    target = books.number("Payment", link.get("TxnId", ""))
    if kind not in books.tables or target not in books.tables[kind]:
        raise not_found()
    found = books.tables[kind].doc(target)
    if kind != "JournalEntry" and _family(books, value_of(found.get("CustomerRef"))) != _family(books, customer["Id"]):
        raise Refusal(
            "620", "Transaction cannot be linked", f"{kind} {target} belongs to another customer", "LinkedTxn"
        )
    mine = value_of(customer.get("CurrencyRef")) or books.home_currency
    if (value_of(found.get("CurrencyRef")) or mine) != mine:
        raise business(f"{kind} {target} is in another currency than the payment", "CurrencyRef")
    return target


def _family(books: Books, customer: str | None) -> str | None:
    """The topmost customer: a parent may pay for its jobs."""
    table = books.tables["Customer"]
    while customer is not None and customer.isdigit() and int(customer) in table:
        parent = value_of(table.peek(int(customer)).get("ParentRef"))
        if parent is None:
            return customer
        customer = parent
    return customer


def _check_open_balances(books: Books, lines: list[Doc], number: int) -> None:
    for target, amount in applications({"Line": lines}).items():
        entity = entity_of(books, target)
        own = books.applied.get(target, {}).get(number, Decimal(0))
        if entity == "JournalEntry":
            left = journal_open(books, target)[0] - books.paid(target) + own
        else:
            left = Decimal(books.tables[str(entity)].doc(target)["Balance"]) + own
        if amount > left:
            raise _over(books, f"The amount {amount} is more than the open balance {left} of {entity} {target}")


def _over(books: Books, detail: str) -> Refusal:
    return business(f"Business Validation Error: {detail}", "Line", books.switches.qb_over_application_code)


def _oldest_first(books: Books, doc: Doc) -> list[Doc]:
    left, lines = Decimal(doc["TotalAmt"]), []
    table = books.tables["Invoice"]
    for invoice in table.find("CustomerRef", str(value_of(doc["CustomerRef"]))):
        balance = Decimal(table.doc(invoice)["Balance"])
        amount = min(balance, left)
        if amount > 0:
            lines.append({"Amount": amount, "LinkedTxn": [{"TxnId": str(invoice), "TxnType": "Invoice"}]})
            left -= amount
    return lines


_XML = "http://schema.intuit.com/finance/v3"


def _extras(books: Books, target: int, kind: str) -> Doc:
    """The name-value pairs that the real service adds to each line; clients ignore them."""
    found = books.tables[kind].doc(target)
    pairs = {
        "txnId": str(target),
        "txnOpenBalance": format(Decimal(found.get("Balance", 0)), ".2f"),
        "txnReferenceNumber": found.get("DocNumber", ""),
    }
    return {
        "any": [
            {
                "name": f"{{{_XML}}}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in pairs.items()
        ]
    }


def check_not_deposited(doc: Doc, act: Act) -> None:
    """A payment in a bank deposit cannot be touched by a program (6540)."""
    if not act.person and any(link.get("TxnType") == "Deposit" for link in doc.get("LinkedTxn", [])):
        detail = "This transaction has been deposited. If you want to change or delete it, you must edit the deposit."
        raise Refusal("6540", "Deposited Transaction cannot be changed", detail)


def settle(books: Books, number: int, before: Doc | None, after: Doc | None) -> None:
    """Carry the change to documents and customer."""
    apply(books, number, before, after)
    post(books, "Payment", before, after)


def void(_books: Books, doc: Doc, _number: int) -> Doc:
    """A voided payment: nothing received, nothing applied."""
    note = doc.get("PrivateNote")
    doc["PrivateNote"] = f"Voided - {note}" if note else "Voided"
    doc["TotalAmt"] = doc["UnappliedAmt"] = 0
    doc["Line"] = []
    return doc


__all__ = ["READ_ONLY", "check_not_deposited", "derive", "is_credit", "settle", "void"]
