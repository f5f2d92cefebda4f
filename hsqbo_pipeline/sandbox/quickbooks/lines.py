"""Lines of sales documents: what each kind must hold, its arithmetic, its id, and the subtotal the server adds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_length, business, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, bare, shown, value_of

SHIPPING = "SHIPPING_ITEM_ID"
MOST_LINES = 750
DETAIL_OF = {
    "SalesItemLineDetail": "SalesItemLineDetail",
    "GroupLineDetail": "GroupLineDetail",
    "DescriptionOnly": "DescriptionLineDetail",
    "DiscountLineDetail": "DiscountLineDetail",
    "SubTotalLineDetail": "SubTotalLineDetail",
}


def detail_type(line: Doc) -> str:
    """The line's kind, read from DetailType or, where that is left out, from the detail object."""
    kind = line.get("DetailType")
    if kind in DETAIL_OF:
        return str(kind)
    if kind is not None:
        raise business(f"DetailType {kind} is not supported on this transaction", "DetailType")
    for name, key in DETAIL_OF.items():
        if key in line:
            return name
    raise missing("DetailType")


def settle_lines(books: Books, doc: Doc, before: Doc | None) -> None:
    """Check and complete `doc["Line"]`. Raises Refusal 2020, 2050, 2500, 6000 or 6070."""
    lines = [line for line in doc.get("Line", []) if line and detail_type(line) != "SubTotalLineDetail"]
    if not lines:
        raise missing("Line")
    if len(lines) > MOST_LINES:
        raise business(f"A transaction holds at most {MOST_LINES} lines", "Line")
    known = {line["Id"] for line in (before or {}).get("Line", []) if "Id" in line}
    last = max((int(name) for name in known if name.isdigit()), default=0)
    for place, line in enumerate(lines, start=1):
        line["DetailType"] = detail_type(line)
        if line.get("Id") not in known:
            last += 1
            line["Id"] = str(last)
        line["LineNum"] = place
        _settle_line(books, line)
    doc["Line"] = lines


def _settle_line(books: Books, line: Doc) -> None:
    text = line.get("Description")
    if text is not None and len(text) > 4000:
        raise bad_length("Description", len(text), 4000)
    kind = line["DetailType"]
    if kind == "SalesItemLineDetail":
        _settle_item_line(books, line)
    elif kind == "GroupLineDetail":
        _settle_group(books, line)
    elif kind == "DescriptionOnly":
        line.setdefault("DescriptionLineDetail", {})
        line["Amount"] = shown(line.get("Amount", ZERO))
    else:
        _settle_discount(books, line)


def _settle_item_line(books: Books, line: Doc) -> None:
    detail = line.setdefault("SalesItemLineDetail", {})
    if "Amount" not in line:
        raise missing("Amount")
    amount = Decimal(line["Amount"])
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    if quantity and price and books.cents(quantity * price) != books.cents(amount):
        raise wrong_product(quantity, price, amount)
    line["Amount"] = shown(books.cents(amount))
    for name in ("Qty", "UnitPrice"):
        if name in detail:
            detail[name] = bare(Decimal(detail[name]))
    detail.pop("TaxInclusiveAmt", None) if not detail.get("TaxInclusiveAmt") else None
    if not books.preference("SalesFormsPrefs", "AllowServiceDate"):
        detail.pop("ServiceDate", None)
    _settle_item_ref(books, detail)
    for name, entity in (("ClassRef", "Class"), ("ItemAccountRef", "Account")):
        if name in detail:
            books.refer(entity, detail, name)


def wrong_product(quantity: Decimal, price: Decimal, amount: Decimal) -> Refusal:
    """6070: Amount is not Qty x UnitPrice."""
    detail = (
        f"Amount calculation incorrect in the request : Amount is not equal to UnitPrice * Qty. Supplied value:{amount}"
    )
    return Refusal("6070", "Amount calculation incorrect in the request", f"{detail} ({quantity} x {price})", "Amount")


def _settle_item_ref(books: Books, detail: Doc) -> None:
    value = value_of(detail.get("ItemRef"))
    if value == SHIPPING:
        if not books.preference("SalesFormsPrefs", "AllowShipping"):
            raise business("Shipping is turned off in this company's preferences", "ItemRef")
        detail["ItemRef"] = {"value": SHIPPING}
        return
    if value is None:
        detail["ItemRef"] = _default_item(books)
        return
    item = books.refer("Item", detail, "ItemRef")
    if item is not None and item.get("Type") == "Category":
        raise business("A category cannot be used on a transaction", "ItemRef")
    account = (item or {}).get("IncomeAccountRef")
    if account and "ItemAccountRef" not in detail:
        detail["ItemAccountRef"] = dict(account)


def _default_item(books: Books) -> dict[str, str]:
    """A sales line without item takes the company's default one, or the first there is."""
    table = books.tables["Item"]
    for number in table.active_ids:
        item = table.doc(number)
        if item.get("Type") != "Category":
            return {"value": item["Id"], "name": item["FullyQualifiedName"]}
    raise missing("ItemRef")


def _settle_group(books: Books, line: Doc) -> None:
    detail = line.setdefault("GroupLineDetail", {})
    books.refer("Item", detail, "GroupItemRef")
    total = ZERO
    for place, inner in enumerate(detail.get("Line", []), start=1):
        inner["DetailType"] = detail_type(inner)
        inner.setdefault("Id", f"{line['Id']}{place:02d}")
        inner["LineNum"] = place
        _settle_line(books, inner)
        total += inner["Amount"]
    line["Amount"] = shown(total)


def _settle_discount(books: Books, line: Doc) -> None:
    if not books.preference("SalesFormsPrefs", "AllowDiscount"):
        raise business("Discounts are turned off in this company's preferences", "DiscountLineDetail")
    detail = line.setdefault("DiscountLineDetail", {})
    detail.setdefault("PercentBased", False)
    if detail["PercentBased"]:
        if "DiscountPercent" not in detail:
            raise missing("DiscountPercent")
    elif "Amount" not in line:
        raise missing("Amount")
    if "DiscountAccountRef" in detail:
        books.refer("Account", detail, "DiscountAccountRef")


def sales_lines(doc: Doc) -> Iterator[Doc]:
    """Lines with an item, those inside groups too."""
    for line in doc.get("Line", []):
        if line["DetailType"] == "SalesItemLineDetail":
            yield line
        elif line["DetailType"] == "GroupLineDetail":
            yield from line["GroupLineDetail"].get("Line", [])


def total_up(books: Books, doc: Doc) -> tuple[Decimal, Decimal, Decimal]:
    """Fix the discount's amount and add the SubTotal line; return (subtotal, discount, shipping)."""
    subtotal = shipping = discount = ZERO
    place = 0
    for position, line in enumerate(doc["Line"], start=1):
        kind = line["DetailType"]
        if kind == "DiscountLineDetail":
            continue
        place = position
        if kind == "SalesItemLineDetail" and value_of(line["SalesItemLineDetail"].get("ItemRef")) == SHIPPING:
            shipping += line["Amount"]
        elif kind != "DescriptionOnly":
            subtotal += line["Amount"]
    for line in doc["Line"]:
        if line["DetailType"] == "DiscountLineDetail":
            detail = line["DiscountLineDetail"]
            if detail["PercentBased"]:
                line["Amount"] = books.cents(subtotal * detail["DiscountPercent"] / 100)
            line["Amount"] = shown(books.cents(Decimal(line["Amount"])))
            discount += line["Amount"]
    doc["Line"].insert(place, {"Amount": shown(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    return subtotal, discount, shipping
