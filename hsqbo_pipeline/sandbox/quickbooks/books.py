"""A company's books: its tables, its settings, and what is applied to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.quickbooks.refusals import bad_id, bad_reference, gone, not_found
from hsqbo_pipeline.sandbox.quickbooks.store import Keys, Sequence, Table, email_key, ref_key, text_key
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, money, number_of, value_of

PEOPLE = ("Customer", "Vendor", "Employee")
TRANSACTIONS = ("Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate", "JournalEntry")
LISTS = ("Item", "Account", "TaxCode", "TaxRate", "Term", "PaymentMethod", "Class", "Department")
SETTINGS = ("CompanyInfo", "Preferences")
ENTITIES = (*PEOPLE, *LISTS, *TRANSACTIONS, *SETTINGS)
BY_ROUTE = {name.lower(): name for name in ENTITIES}
PSEUDO_TAX_CODES = {"TAX": 1_000_001, "NON": 1_000_002, "CustomSalesTax": 1_000_003}
"""US tax codes whose ids are words; they head no page and are added on top of every TaxCode query."""

_NAME: dict[str, Keys] = {"Name": text_key("Name"), "FullyQualifiedName": text_key("FullyQualifiedName")}
_PERSON: dict[str, Keys] = {
    "DisplayName": text_key("DisplayName"),
    "PrimaryEmailAddr": email_key("PrimaryEmailAddr"),
    "CompanyName": text_key("CompanyName"),
    "FullyQualifiedName": text_key("FullyQualifiedName"),
    "ParentRef": ref_key("ParentRef"),
}
_SALE: dict[str, Keys] = {"CustomerRef": ref_key("CustomerRef"), "DocNumber": text_key("DocNumber")}
_INDEXED: dict[str, dict[str, Keys]] = {
    **dict.fromkeys(PEOPLE, _PERSON),
    **dict.fromkeys(LISTS, _NAME),
    **dict.fromkeys(TRANSACTIONS, _SALE),
    "Item": {**_NAME, "Sku": text_key("Sku")},
    "Payment": {"CustomerRef": ref_key("CustomerRef"), "PaymentRefNum": text_key("PaymentRefNum")},
    "JournalEntry": {"DocNumber": text_key("DocNumber")},
}


@dataclass(frozen=True)
class Act:
    """Who writes, and what a person sets that the API would derive."""

    person: bool = False
    tax: Decimal | None = None
    forced: Mapping[str, object] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()
    ignore_duplicate_number: bool = False


API = Act()
PERSON = Act(person=True)


@dataclass(frozen=True)
class Tombstone:
    """A deleted transaction, for CDC."""

    entity: str
    id: str
    at: int


class Books:
    """Everything one company holds; all of it in memory."""

    def __init__(self, clock: Clock, switches: Switches, realm: str) -> None:
        self.clock = clock
        self.switches = switches
        self.realm = realm
        people, transactions = Sequence(), Sequence()
        shared = {**dict.fromkeys(PEOPLE, people), **dict.fromkeys(TRANSACTIONS, transactions)}
        self.tables = {name: Table(name, shared.get(name) or Sequence(), _INDEXED.get(name, {})) for name in ENTITIES}
        self.tombstones: list[Tombstone] = []
        self.applied: dict[int, dict[int, Decimal]] = {}
        self.rates: dict[str, Decimal] = {}
        self.sales_tax: Decimal | None = None
        self.last_number = {"sale": "1000", "journal": "0"}
        self.addresses = Sequence()
        self.pending: dict[str, Decimal] | None = None
        self._settings: dict[str, Doc] = {}

    # -- settings ---------------------------------------------------------------------------------------------------

    def setting(self, entity: str) -> Doc:
        """CompanyInfo or Preferences, kept parsed because every write asks them."""
        if entity not in self._settings:
            self._settings[entity] = self.tables[entity].doc(1)
        return self._settings[entity]

    def forget_settings(self) -> None:
        """Read the settings anew; they were written."""
        self._settings.clear()

    def preference(self, group: str, name: str) -> object:
        """One preference, None if it is not set."""
        found: object = self.setting("Preferences").get(group, {}).get(name)
        return found

    @property
    def country(self) -> str:
        """US, GB, …"""
        return str(self.setting("CompanyInfo").get("Country", "US"))

    @property
    def is_us(self) -> bool:
        """Whether US tax codes and US rules hold."""
        return self.country in ("US", "USA")

    @property
    def home_currency(self) -> str:
        """The company's own currency."""
        return value_of(self.preference("CurrencyPrefs", "HomeCurrency")) or "USD"

    @property
    def multicurrency(self) -> bool:
        """Whether other currencies may be used."""
        return bool(self.preference("CurrencyPrefs", "MultiCurrencyEnabled"))

    # -- time and arithmetic ----------------------------------------------------------------------------------------

    def epoch(self) -> int:
        """Now, in the whole seconds MetaData knows."""
        return int(self.clock.now().timestamp())

    def today(self) -> date:
        """Today in the company's zone."""
        zone = str(self.setting("CompanyInfo").get("DefaultTimeZone") or "America/Los_Angeles")
        return self.clock.now().astimezone(ZoneInfo(zone)).date()

    def cents(self, value: Decimal | int) -> Decimal:
        """Rounded as the switch says."""
        return money(value, half_even=self.switches.qb_rounding == "half_even")

    def rate(self, currency: str) -> Decimal:
        """Home currency for one unit of this one."""
        return Decimal(1) if currency == self.home_currency else self.rates.get(currency, Decimal(1))

    def paid(self, number: int) -> Decimal:
        """What payments apply to a transaction, altogether."""
        return sum(self.applied.get(number, {}).values(), ZERO)

    # -- records ----------------------------------------------------------------------------------------------------

    def number(self, entity: str, value: object) -> int:
        """The key behind an Id. Raises Refusal 2030 if it is no number."""
        text = str(value)
        if entity == "TaxCode" and text in PSEUDO_TAX_CODES:
            return PSEUDO_TAX_CODES[text]
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise bad_id(value)
        return int(text)

    def known(self, entity: str, value: object) -> int:
        """The key of a record that exists. Raises Refusal 610 (a missing record is no 404) or 2030."""
        number = self.number(entity, value)
        if number not in self.tables[entity]:
            raise gone() if entity in TRANSACTIONS else not_found()
        return number

    def refer(self, entity: str, doc: Doc, name: str, *, may_be_inactive: bool = False) -> Doc | None:
        """The record that `doc[name]` refers to, to look at; its name is filled in. Raises Refusal 2500."""
        value = value_of(doc.get(name))
        if value is None:
            doc.pop(name, None)
            return None
        table = self.tables[entity]
        key = PSEUDO_TAX_CODES.get(value) if entity == "TaxCode" else None
        if key is None:
            key = number_of(value)
        row = table.rows.get(key)
        if row is None or not (row.active or may_be_inactive):
            raise bad_reference(name)
        found = table.peek(key)
        doc[name] = {"value": found["Id"], "name": str(found.get("DisplayName") or found.get("FullyQualifiedName"))}
        if doc[name]["name"] == "None":
            doc[name]["name"] = str(found.get("Name", ""))
        return found
