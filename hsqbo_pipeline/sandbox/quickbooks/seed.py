"""What every company starts with: settings, a chart of accounts, terms, payment methods, tax codes."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files

from hsqbo_pipeline.sandbox.quickbooks import writes
from hsqbo_pipeline.sandbox.quickbooks.books import PERSON, PSEUDO_TAX_CODES, Books
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, parse

CHART: tuple[tuple[str, str, str], ...] = (
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Payments Clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Sales Tax Payable", "Other Current Liability", "GlobalTaxPayable"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Shipping Income", "Income", "OtherPrimaryIncome"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
)
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
METHODS = (("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Credit Card", "CREDIT_CARD"))
US_TAX = (("California", Decimal(8)), ("Tucson", Decimal("9.1")))


def company_info() -> Doc:
    """The default company."""
    address = {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "Country": "USA",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
    }
    pairs = {
        "NeoEnabled": "true",
        "IsQbdtMigrated": "false",
        "SubscriptionStatus": "SUBSCRIBED",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
        "IndustryType": "Retail trade",
        "IndustryCode": "44",
        "ItemCategoriesFeature": "true",
    }
    return {
        "CompanyName": "Sandbox Company",
        "LegalName": "Sandbox Company Inc.",
        "CompanyAddr": address,
        "CustomerCommunicationAddr": dict(address),
        "LegalAddr": dict(address),
        "PrimaryPhone": {},
        "CompanyStartDate": "2015-01-01",
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "Email": {"Address": "owner@sandbox.test"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/New_York",
        "NameValue": [{"Name": name, "Value": value} for name, value in pairs.items()],
    }


def preferences() -> Doc:
    """The default company's preferences, in the shape the API has."""
    found: Doc = json.loads(files(__package__).joinpath("preferences.json").read_text(encoding="utf-8"))
    return found


def put_setting(books: Books, entity: str, doc: Doc) -> None:
    """Store CompanyInfo or Preferences as they stand."""
    old = books.tables[entity].rows.get(1)
    token = int(books.tables[entity].doc(1)["SyncToken"]) + 1 if old else 0
    doc.update(domain="QBO", sparse=False, Id="1", SyncToken=str(token))
    books.tables[entity].put(1, doc, books.epoch())
    books.forget_settings()


def create(books: Books, entity: str, fields: Doc) -> str:
    """Make a record as a person would; return its id."""
    made: Doc = parse(writes.create(books, entity, fields, PERSON))
    return str(made["Id"])


def seed_lists(books: Books) -> None:
    """Terms and payment methods."""
    for name, days in TERMS:
        create(books, "Term", {"Name": name, "DueDays": days})
    for name, kind in METHODS:
        create(books, "PaymentMethod", {"Name": name, "Type": kind})


def seed_chart(books: Books) -> None:
    """The default chart of accounts."""
    for name, kind, subtype in CHART:
        create(books, "Account", {"Name": name, "AccountType": kind, "AccountSubType": subtype})


def seed_us_tax(books: Books) -> None:
    """Two tax codes with numbers, and the three whose ids are words."""
    for name, percent in US_TAX:
        create_tax_code(books, name, percent)
    table = books.tables["TaxCode"]
    for word, number in PSEUDO_TAX_CODES.items():
        doc: Doc = {
            "Name": word,
            "Description": word,
            "Active": True,
            "Hidden": False,
            "Taxable": word != "NON",
            "TaxGroup": False,
            "domain": "QBO",
            "sparse": False,
            "Id": word,
            "SyncToken": "0",
        }
        table.put(number, doc, books.epoch())


def create_tax_code(books: Books, name: str, percent: Decimal) -> str:
    """A tax code with one rate of its own; return the code's id."""
    rate = create(books, "TaxRate", {"Name": name, "Description": name, "RateValue": percent})
    detail = {"TaxRateRef": {"value": rate, "name": name}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
    sequence = books.tables["TaxCode"].sequence
    sequence.last = max(sequence.last, 1)
    return create(
        books,
        "TaxCode",
        {"Name": name, "Description": name, "SalesTaxRateList": {"TaxRateDetail": [detail]}},
    )
