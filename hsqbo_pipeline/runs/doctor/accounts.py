"""Whether the accounts, tax codes and custom fields that the rules name are there, active and of the right kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.accounts import (
    DEPOSIT_TYPES,
    EXPENSE_TYPES,
    INCOME_TYPES,
    Account,
    find_account,
    read_accounts,
)
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.findings import Finding, finding
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules

SQL = Statements(Path(__file__).parents[2] / "core" / "sql")


@dataclass(frozen=True, slots=True)
class _Named:
    """An account that a rule names, or has to name."""

    setting: str
    account: str | None
    types: Sequence[str]
    consequence: str
    needed: bool


def findings(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Finding]:
    """What is wrong with the accounts and tax codes of the rules."""
    known = read_accounts(con)
    found = [said for named in _named(situation.rules) for said in _account(named, known)]
    return [*found, *_tax_codes(con, situation.rules), _custom_fields(situation)]


def _named(rules: Rules) -> Iterator[_Named]:
    books = System.QUICKBOOKS
    items = rules.products.writes_to(books)
    yield _Named(
        "products.income_account", rules.products.income_account, INCOME_TYPES,
        "No item can be made in QuickBooks, and invoices with such a product wait.", items,
    )  # fmt: skip
    if rules.products.expense_account:
        consequence = "No item with a cost can be made in QuickBooks."
        yield _Named("products.expense_account", rules.products.expense_account, EXPENSE_TYPES, consequence, items)
    free_lines = rules.invoices.writes_to(books) and rules.invoices.unmatched_line == "custom_item"
    yield _Named(
        "invoices.custom_item_income_account", rules.invoices.custom_item_income_account, INCOME_TYPES,
        "HubSpot invoices with a line that is no product fail.", free_lines,
    )  # fmt: skip
    posting = rules.payments.writes_to(books)
    consequence = "HubSpot payments are not booked: nobody has said to which account."
    if posting and not rules.payments.deposit_to:
        yield _Named("payments.deposit_to", None, DEPOSIT_TYPES, consequence, True)
    for processor, account in rules.payments.deposit_to.items():
        yield _Named(f"payments.deposit_to.{processor}", account, DEPOSIT_TYPES, consequence, posting)


def _account(named: _Named, known: Sequence[Account]) -> Iterator[Finding]:
    words = {"setting": named.setting, "consequence": named.consequence, "types": " or ".join(named.types)}
    if named.account is None:
        if named.needed:
            yield finding("account_missing", item=named.setting, **words)
        return
    if find_account(known, named.account, named.types) is None:
        yield finding("account_wrong", item=named.setting, name=named.account, problem=_problem(named, known), **words)


def _problem(named: _Named, known: Sequence[Account]) -> str:
    wanted = str(named.account).strip().casefold()
    found = [each for each in known if wanted in (each.id, each.name.casefold())]
    if not found:
        return "QuickBooks does not have"
    return f"is of type {found[0].type}" if found[0].active else "is inactive"


def _tax_codes(con: duckdb.DuckDBPyConnection, rules: Rules) -> Iterator[Finding]:
    if rules.tax.hs_invoice_with_tax != "map":
        return
    codes = [row for row in SQL.rows(con, "company_lists") if row["object"] == "TaxCode"]
    known = {row["id"] for row in codes} | {(row["name"] or "").strip().casefold() for row in codes}
    for name in dict.fromkeys(rules.tax.map.values()):
        if name not in known and name.strip().casefold() not in known:
            yield finding("tax_code_unknown", name=name, rate=name)


def _custom_fields(situation: Situation) -> Finding:
    """Their kind can't be read over REST, so one finding names the fields that show and the four things to check (1.24)."""
    fields = [f"CustomField.{number} ({name})" for number, name in situation.company.custom_fields.items()]
    return finding("field_settings", fields=fields or "none", field="a field")
