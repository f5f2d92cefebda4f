"""Who owes what: balances of documents and customers, and what payments do to the documents they are applied to."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.currency import show_home_amounts
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, shown, value_of

APPLICABLE = ("Invoice", "CreditMemo", "JournalEntry")


def entity_of(books: Books, number: int) -> str | None:
    """Which kind of document this is, among those a payment can name."""
    return next((name for name in APPLICABLE if number in books.tables[name]), None)


def set_balance(books: Books, entity: str, doc: Doc, number: int) -> None:
    """Balance = TotalAmt - Deposit - applied, and what follows from it."""
    left = Decimal(doc["TotalAmt"]) - Decimal(doc.get("Deposit", ZERO)) - books.paid(number)
    doc["Balance"] = shown(left)
    if entity == "CreditMemo":
        doc["RemainingCredit"] = shown(left)
    show_home_amounts(books, doc)
    if entity == "Invoice":
        _show_status(books, doc)


def _show_status(books: Books, doc: Doc) -> None:
    doc.pop("invoiceStatus", None)
    if not books.switches.qb_invoice_status:
        return
    if not doc["TotalAmt"] and str(doc.get("PrivateNote", "")).startswith("Voided"):
        doc["invoiceStatus"] = "VOIDED"
    elif not doc["Balance"]:
        doc["invoiceStatus"] = "PAID_NOT_DEPOSITED"
    elif doc["Balance"] < doc["TotalAmt"]:
        doc["invoiceStatus"] = "PARTIALLY_PAID"
    else:
        late = str(doc.get("DueDate", "9999")) < books.today().isoformat()
        doc["invoiceStatus"] = "OVERDUE_NOT_SENT" if late else "DUE_NOT_SENT"


def weight(entity: str, doc: Doc | None) -> Decimal:
    """What a document adds to its customer's balance."""
    if doc is None:
        return ZERO
    if entity == "Invoice":
        return Decimal(doc.get("Balance", 0))
    if entity == "CreditMemo":
        return -Decimal(doc.get("RemainingCredit", 0))
    return -Decimal(doc.get("UnappliedAmt", 0)) if entity == "Payment" else ZERO


def post(books: Books, entity: str, before: Doc | None, after: Doc | None) -> None:
    """Carry a document's change into the balance and the time of change of its customer."""
    old, new = value_of((before or {}).get("CustomerRef")), value_of((after or {}).get("CustomerRef"))
    if old == new:
        move_customer(books, new, weight(entity, after) - weight(entity, before))
    else:
        move_customer(books, old, -weight(entity, before))
        move_customer(books, new, weight(entity, after))


def move_customer(books: Books, customer: str | None, delta: Decimal) -> None:
    """Add to a customer's balance, and to BalanceWithJobs up the family; the SyncToken stands still (recorded so)."""
    if books.pending is not None:
        if customer is not None:
            books.pending[customer] = books.pending.get(customer, ZERO) + delta
        return
    table = books.tables["Customer"]
    own = True
    while customer is not None and customer.isdigit() and int(customer) in table:
        number = int(customer)
        if not own and not delta:
            return
        doc = table.doc(number)
        if own:
            doc["Balance"] = shown(Decimal(doc.get("Balance", 0)) + delta)
        doc["BalanceWithJobs"] = shown(Decimal(doc.get("BalanceWithJobs", 0)) + delta)
        moves = books.switches.qb_customer_time_moves
        table.put(number, doc, books.epoch() if moves else table.rows[number].updated)
        customer, own = value_of(doc.get("ParentRef")), False


def applications(payment: Doc | None) -> dict[int, Decimal]:
    """What a payment applies to which document."""
    found: dict[int, Decimal] = {}
    for line in (payment or {}).get("Line", []):
        for link in line.get("LinkedTxn", []):
            number = int(link["TxnId"])
            found[number] = found.get(number, ZERO) + Decimal(line["Amount"])
    return found


def apply(books: Books, payment: int, before: Doc | None, after: Doc | None) -> None:
    """Book the difference between a payment's old and new lines into the documents they name."""
    old, new = applications(before), applications(after)
    for number in sorted(old.keys() | new.keys()):
        if old.get(number) == new.get(number):
            continue
        held = books.applied.setdefault(number, {})
        if number in new:
            held[payment] = new[number]
        else:
            held.pop(payment, None)
        if not held:
            del books.applied[number]
        refresh(books, number)


def refresh(books: Books, number: int) -> None:
    """Recompute a document whose applications changed."""
    entity = entity_of(books, number)
    if entity is None:
        return
    table = books.tables[entity]
    doc = table.doc(number)
    old = dict(doc)
    links = [link for link in doc.get("LinkedTxn", []) if link["TxnType"] != "Payment"]
    payments = sorted(books.applied.get(number, {}))
    doc["LinkedTxn"] = links + [{"TxnId": str(payment), "TxnType": "Payment"} for payment in payments]
    if entity != "JournalEntry":
        set_balance(books, entity, doc, number)
    if books.switches.qb_payment_bumps_invoice_token:
        doc["SyncToken"] = str(int(doc["SyncToken"]) + 1)
    table.put(number, doc, books.epoch())
    post(books, entity, old, doc)


def reduce_application(books: Books, payment: int, target: int, most: Decimal) -> None:
    """Let a payment apply at most this much to a document; the rest becomes unapplied."""
    table = books.tables["Payment"]
    doc = table.doc(payment)
    old = table.doc(payment)
    lines = []
    for line in doc.get("Line", []):
        if any(link["TxnId"] == str(target) for link in line.get("LinkedTxn", [])):
            line["Amount"] = shown(min(Decimal(line["Amount"]), most))
            most -= line["Amount"]
        if line["Amount"]:
            lines.append(line)
    doc["Line"] = _within_credit(books, doc, lines)
    set_unapplied(books, doc)
    doc["SyncToken"] = str(int(doc["SyncToken"]) + 1)
    table.put(payment, doc, books.epoch())
    apply(books, payment, old, doc)
    post(books, "Payment", old, doc)


def _within_credit(books: Books, doc: Doc, lines: list[Doc]) -> list[Doc]:
    """When a credit has gone, what it paid must go too: drop from the last line up to the money there is."""
    doc = {**doc, "Line": lines}
    excess = -unapplied(books, doc)
    for line in reversed(lines):
        if excess <= 0:
            break
        if is_credit(books, int(line["LinkedTxn"][0]["TxnId"])):
            continue
        cut = min(excess, Decimal(line["Amount"]))
        line["Amount"] = shown(Decimal(line["Amount"]) - cut)
        excess -= cut
    return [line for line in lines if line["Amount"]]


def is_credit(books: Books, number: int) -> bool:
    """Whether a document gives money to pay with, instead of asking for it."""
    if number in books.tables["JournalEntry"]:
        return journal_open(books, number)[1]
    return number in books.tables["CreditMemo"]


def journal_open(books: Books, number: int) -> tuple[Decimal, bool]:
    """What a journal entry books on customers: (amount, whether it is a credit)."""
    total = ZERO
    for line in books.tables["JournalEntry"].doc(number).get("Line", []):
        detail = line.get("JournalEntryLineDetail", {})
        if detail.get("Entity", {}).get("Type") == "Customer":
            total += line["Amount"] if detail.get("PostingType") == "Credit" else -line["Amount"]
    return abs(total), total > 0


def unapplied(books: Books, payment: Doc) -> Decimal:
    """TotalAmt plus credits used, less what was paid with them."""
    left = Decimal(payment["TotalAmt"])
    for number, amount in applications(payment).items():
        left += amount if is_credit(books, number) else -amount
    return left


def set_unapplied(books: Books, payment: Doc) -> None:
    """Show what is left of a payment."""
    payment["UnappliedAmt"] = shown(unapplied(books, payment))


def release(books: Books, number: int, keep: Decimal = ZERO) -> None:
    """Take payments off a document until at most `keep` is applied, the latest first."""
    over = books.paid(number) - keep
    for payment, amount in sorted(books.applied.get(number, {}).items(), reverse=True):
        if over <= 0:
            return
        cut = min(over, amount)
        reduce_application(books, payment, number, amount - cut)
        over -= cut
