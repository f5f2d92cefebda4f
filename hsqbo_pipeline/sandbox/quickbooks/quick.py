"""A shorter way to the same record, for the plain customers and invoices that large books consist of.

Whatever is out of the ordinary answers None and takes the long way; a test holds both ways against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.books import PEOPLE, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import currency_ref
from hsqbo_pipeline.sandbox.quickbooks.entities.sales import defined_fields
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, bare, number_of, shown, value_of

_TEXTS = ("GivenName", "FamilyName", "CompanyName")
_CUSTOMER = frozenset({"DisplayName", *_TEXTS, "PrimaryEmailAddr", "PrimaryPhone", "BillAddr"})
_ADDRESS = frozenset({"Line1", "Line2", "City", "Country", "CountrySubDivisionCode", "PostalCode"})
_INVOICE = frozenset({"CustomerRef", "CurrencyRef", "DocNumber", "TxnDate", "DueDate", "Line"})
_LINE = frozenset({"Amount", "DetailType", "SalesItemLineDetail", "Description"})
_DETAIL = frozenset({"ItemRef", "Qty", "UnitPrice"})
_NAME = re.compile(r"[^:\t\r\n]{1,100}\Z")
_EMAIL = re.compile(r"[\w.+-]{1,40}@[\w-]{1,30}(?:\.[\w-]{1,10})+\Z", re.ASCII)
_NUMBERS = (int, Decimal)


@lru_cache(maxsize=8192)
def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and 1900 <= date.fromisoformat(text).year <= 2999
    except ValueError:
        return False


class QuickPath:
    """Derives plain records for one load; what it knows of the company holds for that long."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._items: dict[str, tuple[str, Doc | None] | None] = {}
        self._currency = currency_ref(books.home_currency)
        self._tax_code = {"value": "2"} if books.is_us and 2 in books.tables["TaxCode"] else None
        plain = books.is_us and not books.multicurrency
        terms = value_of(books.preference("SalesFormsPrefs", "DefaultTerms"))
        self.customers = plain
        self.invoices = plain and books.sales_tax is None and terms is None and not defined_fields(books)

    def customer(self, record: Mapping[str, Any], _number: int) -> Doc | None:
        """The derived customer, or None."""
        name = record.get("DisplayName")
        if not self.customers or not record.keys() <= _CUSTOMER or name.__class__ is not str or not _NAME.match(name):
            return None
        if any(self._books.tables[kind].find("DisplayName", name) for kind in PEOPLE):
            return None
        doc: Doc = {"DisplayName": name}
        for key in _TEXTS:
            if key in record:
                if not isinstance(record[key], str) or not _NAME.match(record[key]):
                    return None
                doc[key] = record[key]
        if not self._reach(record, doc):
            return None
        doc["CurrencyRef"] = self._currency
        doc.update(Active=True, FullyQualifiedName=name, PrintOnCheckName=name, Job=False, BillWithParent=False)
        doc.update(Taxable=True, PreferredDeliveryMethod="Print")
        if self._tax_code:
            doc["DefaultTaxCodeRef"] = self._tax_code
        doc.update(Balance=0, BalanceWithJobs=0)
        return doc

    def _reach(self, record: Mapping[str, Any], doc: Doc) -> bool:
        for key, inner in (("PrimaryEmailAddr", "Address"), ("PrimaryPhone", "FreeFormNumber")):
            if key not in record:
                continue
            given = record[key]
            text = given.get(inner) if isinstance(given, dict) and len(given) == 1 else given
            fits = isinstance(text, str) and (_EMAIL.match(text) if inner == "Address" else 0 < len(text) <= 30)
            if not fits:
                return False
            doc[key] = {inner: text}
        if "BillAddr" in record:
            address = record["BillAddr"]
            if not address or not address.keys() <= _ADDRESS:
                return False
            if not all(isinstance(part, str) and 0 < len(part) <= 30 for part in address.values()):
                return False
            doc["BillAddr"] = {**address, "Id": str(self._books.addresses.take())}
        return True

    def invoice(self, record: Mapping[str, Any], number: int) -> Doc | None:
        """The derived invoice, or None."""
        if not self.invoices or not record.keys() <= _INVOICE:
            return None
        currency = record.get("CurrencyRef", self._currency)
        if (currency if isinstance(currency, str) else value_of(currency)) != self._currency["value"]:
            return None
        days = record.get("TxnDate"), record.get("DueDate")
        if not all(isinstance(day, str) and _is_day(day) for day in days):
            return None
        doc_number = record.get("DocNumber")
        if not isinstance(doc_number, str) or not 0 < len(doc_number) <= 21 or doc_number == "AUTO_GENERATE":
            return None
        customer = self._customer_of(record)
        lines = self._lines(record.get("Line"), days[0])
        if customer is None or lines is None or number in self._books.applied:
            return None
        total = lines[-1]["Amount"]
        doc: Doc = {"CustomerRef": {"value": customer["Id"], "name": customer["DisplayName"]}, "Line": lines}
        doc.update(TxnDate=days[0], DueDate=days[1], CurrencyRef=self._currency, TxnTaxDetail={"TotalTax": 0})
        doc.update(TotalAmt=total, DocNumber=doc_number, LinkedTxn=[], ApplyTaxAfterDiscount=False)
        for name in ("BillAddr", "ShipAddr"):
            if name in customer:
                doc[name] = {**customer[name], "Lat": "INVALID", "Long": "INVALID"}
        doc.update(PrintStatus="NeedToPrint", EmailStatus="NotSet", AllowIPNPayment=False, AllowOnlinePayment=False)
        doc.update(AllowOnlineCreditCardPayment=False, AllowOnlineACHPayment=False, Balance=total)
        return doc

    def _customer_of(self, record: Mapping[str, Any]) -> Doc | None:
        given = record.get("CustomerRef")
        number = number_of(given if isinstance(given, str) else value_of(given) or "")
        row = self._books.tables["Customer"].rows.get(number)
        if row is None or not row.active or self._books.switches.qb_invoice_status:
            return None
        customer = self._books.tables["Customer"].peek(number)
        return None if "SalesTermRef" in customer else customer

    def _lines(self, given: Any, day: Any) -> list[Doc] | None:
        if not isinstance(given, list) or not 0 < len(given) <= 100:
            return None
        lines: list[Doc] = []
        total = ZERO
        for place, line in enumerate(given, start=1):
            made = self._line(line, place)
            if made is None:
                return None
            total += made["Amount"]
            lines.append(made)
        if total <= 0 or day is None:
            return None
        lines.append({"Amount": shown(total), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
        return lines

    def _line(self, line: Any, place: int) -> Doc | None:
        detail = line.get("SalesItemLineDetail")
        if not line.keys() <= _LINE or not isinstance(detail, dict) or not detail.keys() <= _DETAIL:
            return None
        amount, quantity, price = line.get("Amount"), detail.get("Qty", 1), detail.get("UnitPrice", 0)
        if not (amount.__class__ in _NUMBERS and quantity.__class__ in _NUMBERS and price.__class__ in _NUMBERS):
            return None
        item = self._item(detail.get("ItemRef"))
        cents = self._books.cents(amount)
        if item is None or (quantity and price and self._books.cents(quantity * price) != cents):
            return None
        made_detail: Doc = {"ItemRef": {"value": item[0], "name": item[1]["name"]} if item[1] else {"value": item[0]}}
        for name, value in (("Qty", quantity), ("UnitPrice", price)):
            if name in detail:
                made_detail[name] = bare(value)
        if item[1] and item[1]["account"]:
            made_detail["ItemAccountRef"] = item[1]["account"]
        made_detail["TaxCodeRef"] = {"value": "NON"}
        made: Doc = {"Amount": shown(cents), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": made_detail}
        if "Description" in line:
            if not isinstance(line["Description"], str) or not 0 < len(line["Description"]) <= 4000:
                return None
            made["Description"] = line["Description"]
        made.update(Id=str(place), LineNum=place)
        return made

    def _item(self, given: Any) -> tuple[str, Doc | None] | None:
        value = given if isinstance(given, str) else value_of(given) or ""
        if value not in self._items:
            self._items[value] = self._look_up(value)
        return self._items[value]

    def _look_up(self, value: str) -> tuple[str, Doc | None] | None:
        table = self._books.tables["Item"]
        number = number_of(value)
        if number not in table or not table.rows[number].active:
            return None
        item = table.peek(number)
        if item["Type"] == "Category" or "InvStartDate" in item or not self._books.switches.qb_untaxed_line_is_non:
            return None
        return value, {"name": item["FullyQualifiedName"], "account": item.get("IncomeAccountRef")}
