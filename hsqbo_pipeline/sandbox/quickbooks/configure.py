"""A company from its configuration: settings, chart, items, tax, rates, with names for what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks import seed
from hsqbo_pipeline.sandbox.quickbooks.books import ENTITIES, Books
from hsqbo_pipeline.sandbox.quickbooks.conformance import seed_conformance
from hsqbo_pipeline.sandbox.quickbooks.plain import expand, merge, resolve

DEFAULT_REALM = "9341450000000001"
KEYS = frozenset(
    {
        "realm",
        "CompanyInfo",
        "Preferences",
        "chart",
        "items",
        "records",
        "simulator_tax",
        "tax_codes",
        "exchange_rates",
        "conformance",
    }
)


def configure(books: Books, config: Mapping[str, Any]) -> dict[str, str]:
    """Fill empty books; return {name: id} of what the configuration names with `as`. Raises ValueError."""
    unknown = set(config) - KEYS
    if unknown:
        raise ValueError(f"unknown key in company: {', '.join(sorted(unknown))}; known are {', '.join(sorted(KEYS))}")
    seed.put_setting(books, "CompanyInfo", merge(seed.company_info(), expand(config.get("CompanyInfo") or {})))
    seed.put_setting(books, "Preferences", merge(seed.preferences(), expand(config.get("Preferences") or {})))
    books.sales_tax = read_rate(config.get("simulator_tax"))
    set_rates(books, config.get("exchange_rates") or {})
    names: dict[str, str] = {}
    _chart(books, config.get("chart"), names)
    seed.seed_lists(books)
    _tax(books, config.get("tax_codes") or [], names)
    for entry in (*(config.get("items") or []), *(config.get("records") or [])):
        _entry(books, entry, names)
    if config.get("conformance"):
        seed_conformance(books)
    return names


def read_rate(value: Any) -> Decimal | None:
    """A percentage given as a number or as {rate_percent: n}."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("rate_percent", "percent", "rate") if key in value), None)
    return None if value is None else Decimal(str(value))


def set_rates(books: Books, rates: Mapping[str, Any]) -> None:
    """What one unit of a currency is worth in the home currency."""
    books.rates.update({code: Decimal(str(rate)) for code, rate in rates.items()})


def _chart(books: Books, chart: list[Mapping[str, Any]] | None, names: dict[str, str]) -> None:
    if chart is None:
        seed.seed_chart(books)
        return
    for entry in chart:
        _entry(books, entry, names)
    kinds = {account.get("AccountType") for account in books.tables["Account"].docs()}
    if "Accounts Receivable" not in kinds:
        seed.create(books, "Account", {"Name": "Accounts Receivable (A/R)", "AccountType": "Accounts Receivable"})


def _tax(books: Books, codes: list[Mapping[str, Any]], names: dict[str, str]) -> None:
    if books.is_us:
        seed.seed_us_tax(books)
    for code in codes:
        made = seed.create_tax_code(books, str(code["Name"]), Decimal(str(code.get("rate_percent", 0))))
        if "as" in code:
            names[str(code["as"])] = made


def _entry(books: Books, entry: Mapping[str, Any], names: dict[str, str]) -> None:
    entity = next((key for key in entry if key in ENTITIES), None)
    if entity is None:
        raise ValueError(f"{dict(entry)} names no QuickBooks object; use one of {', '.join(ENTITIES)}")
    made = seed.create(books, entity, expand(resolve(entry[entity], names)))
    if "as" in entry:
        names[str(entry["as"])] = made
