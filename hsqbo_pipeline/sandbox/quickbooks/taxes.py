"""Tax as the company knows it: one sales-tax rate on US lines coded TAX, or a code with its own rate per line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.lines import SHIPPING, sales_lines
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, business
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, bare, number_of, ref, shown, value_of

US_CODES = ("TAX", "NON")


def settle_codes(books: Books, doc: Doc) -> None:
    """Check the tax code of each line. Raises Refusal 6100 or 6000."""
    if books.is_us:
        doc.pop("GlobalTaxCalculation", None)
        for line in sales_lines(doc):
            _us_code(books, line["SalesItemLineDetail"])
        return
    mode = doc.setdefault("GlobalTaxCalculation", "TaxExcluded" if _uses_tax(books) else "NotApplicable")
    for line in sales_lines(doc):
        _code_of_country(books, line["SalesItemLineDetail"], required=mode != "NotApplicable" and _uses_tax(books))
        if mode == "TaxInclusive":
            _take_tax_out(books, line)


def _uses_tax(books: Books) -> bool:
    return bool(books.preference("TaxPrefs", "UsingSalesTax"))


def invalid_code(code: object) -> Refusal:
    """6100: no tax code that a line may carry here."""
    detail = f"Invalid tax code : TaxCodeRef {code} cannot be used on a line of this company (US: TAX or NON)"
    return Refusal("6100", "Invalid Tax Code", detail, "TaxCodeRef")


def _us_code(books: Books, detail: Doc) -> None:
    code = value_of(detail.get("TaxCodeRef"))
    if code is None:
        code = "NON" if books.switches.qb_untaxed_line_is_non else _code_of_item(books, detail)
    if code not in US_CODES:
        raise invalid_code(code)
    detail["TaxCodeRef"] = ref(code)


def _code_of_item(books: Books, detail: Doc) -> str:
    value = value_of(detail.get("ItemRef")) or ""
    table = books.tables["Item"]
    taxable = value.isdigit() and int(value) in table and table.doc(int(value)).get("Taxable")
    return "TAX" if taxable and books.sales_tax is not None else "NON"


def _code_of_country(books: Books, detail: Doc, *, required: bool) -> None:
    code = value_of(detail.get("TaxCodeRef"))
    if code is None:
        if required:
            raise business("Make sure all your transactions have a VAT rate before you save.", "TaxCodeRef")
        return
    key = number_of(code)
    row = books.tables["TaxCode"].rows.get(key)
    if row is None or not row.active:
        raise invalid_code(code)
    detail["TaxCodeRef"] = ref(code)


def rate_of(books: Books, code: str | None) -> tuple[Decimal, str | None]:
    """Percent of a tax code, and the id of its rate."""
    if code is None or number_of(code) < 0:
        return ZERO, None
    listed = books.tables["TaxCode"].doc(int(code)).get("SalesTaxRateList", {}).get("TaxRateDetail", [])
    for detail in listed:
        rate_id = value_of(detail.get("TaxRateRef")) or ""
        if rate_id.isdigit() and int(rate_id) in books.tables["TaxRate"]:
            return Decimal(books.tables["TaxRate"].doc(int(rate_id)).get("RateValue", 0)), rate_id
    return ZERO, None


def _take_tax_out(books: Books, line: Doc) -> None:
    """A line with tax inside shows its net amount, the gross beside it."""
    detail = line["SalesItemLineDetail"]
    if detail.get("TaxInclusiveAmt"):
        detail["TaxInclusiveAmt"] = shown(books.cents(Decimal(detail["TaxInclusiveAmt"])))
        return
    gross = Decimal(line["Amount"])
    percent, _ = rate_of(books, value_of(detail.get("TaxCodeRef")))
    net = books.cents(gross / (1 + percent / 100))
    detail["TaxInclusiveAmt"] = shown(gross)
    line["Amount"] = shown(net)
    if detail.get("Qty") and detail.get("UnitPrice"):
        detail["UnitPrice"] = bare((net / detail["Qty"]).quantize(Decimal("0.0000001")))


def taxed_content(doc: Doc) -> list[object]:
    """What a document's tax depends on; if it stands, the stored tax stands."""
    content: list[object] = [doc.get("GlobalTaxCalculation"), doc.get("ApplyTaxAfterDiscount", False)]
    for line in doc.get("Line", []):
        detail = line.get("SalesItemLineDetail") or line.get("DiscountLineDetail") or {}
        content.append((line.get("DetailType"), line.get("Amount"), value_of(detail.get("TaxCodeRef"))))
    return content


def settle_tax(books: Books, doc: Doc, before: Doc | None, act: Act, sums: tuple[Decimal, Decimal]) -> Decimal:
    """Set TxnTaxDetail from the lines and their (subtotal, discount); return the total tax."""
    subtotal, discount = sums
    detail = doc.get("TxnTaxDetail") or {}
    kept = (before or {}).get("TxnTaxDetail")
    if act.tax is not None:
        return _store(doc, detail, act.tax, _tax_lines(books, doc, subtotal, discount))
    if before is not None and kept is not None and taxed_content(before) == taxed_content(doc):
        doc["TxnTaxDetail"] = kept
        return Decimal(kept.get("TotalTax", 0))
    lines = list(_tax_lines(books, doc, subtotal, discount))
    if books.is_us and books.sales_tax is None:
        return _store(doc, detail, Decimal(detail.get("TotalTax", 0)), ())
    return _store(doc, detail, sum((Decimal(line["Amount"]) for line in lines), ZERO), lines)


def _store(doc: Doc, sent: Doc, total: Decimal, lines: Iterable[Doc]) -> Decimal:
    total = total.quantize(Decimal("0.01"))
    detail: Doc = {"TotalTax": shown(total)}
    if "TxnTaxCodeRef" in sent:
        detail["TxnTaxCodeRef"] = sent["TxnTaxCodeRef"]
    shown_lines = [line for line in lines if line["TaxLineDetail"]["NetAmountTaxable"] or line["Amount"]]
    if shown_lines and total:
        detail["TaxLine"] = shown_lines
    doc["TxnTaxDetail"] = detail
    return total


def _tax_lines(books: Books, doc: Doc, subtotal: Decimal, discount: Decimal) -> Iterable[Doc]:
    after_discount = (
        1 - discount / subtotal if subtotal and (doc.get("ApplyTaxAfterDiscount") or not books.is_us) else 1
    )
    if books.is_us:
        if books.sales_tax is None:
            return []
        coded = [line for line in sales_lines(doc) if value_of(line["SalesItemLineDetail"]["TaxCodeRef"]) == "TAX"]
        net = books.cents(sum((Decimal(line["Amount"]) for line in coded), ZERO) * after_discount)
        amount = books.cents(net * books.sales_tax / 100)
        return [_tax_line(amount, books.sales_tax, net, "1")] if coded else []
    if doc.get("GlobalTaxCalculation") == "NotApplicable":
        return []
    return _lines_per_rate(books, doc, Decimal(after_discount))


def _lines_per_rate(books: Books, doc: Doc, after_discount: Decimal) -> list[Doc]:
    per_rate: dict[tuple[Decimal, str | None], tuple[Decimal, Decimal]] = {}
    for line in sales_lines(doc):
        detail = line["SalesItemLineDetail"]
        if value_of(detail.get("ItemRef")) == SHIPPING and "TaxCodeRef" not in detail:
            continue
        key = rate_of(books, value_of(detail.get("TaxCodeRef")))
        net = Decimal(line["Amount"]) * after_discount
        gross = detail.get("TaxInclusiveAmt") if doc.get("GlobalTaxCalculation") == "TaxInclusive" else None
        tax = Decimal(gross) - line["Amount"] if gross else books.cents(net * key[0] / 100)
        so_far = per_rate.get(key, (ZERO, ZERO))
        per_rate[key] = (so_far[0] + tax, so_far[1] + books.cents(net))
    return [_tax_line(tax, key[0], net, key[1]) for key, (tax, net) in per_rate.items()]


def _tax_line(amount: Decimal, percent: Decimal, net: Decimal, rate_id: str | None) -> Doc:
    detail: Doc = {"PercentBased": True, "TaxPercent": bare(percent), "NetAmountTaxable": shown(net)}
    if rate_id is not None:
        detail["TaxRateRef"] = ref(rate_id)
    return {"Amount": shown(amount), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
