"""Which QuickBooks account a rule means: an id or a name, checked for type and activity before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Statements

SQL = Statements(Path(__file__).parent / "sql")

INCOME_TYPES = ("Income", "Other Income")
EXPENSE_TYPES = ("Cost of Goods Sold", "Expense", "Other Expense")
DEPOSIT_TYPES = ("Other Current Asset", "Bank")


@dataclass(frozen=True)
class Account:
    """One account of the company."""

    id: str
    name: str
    type: str
    active: bool


def read_accounts(con: duckdb.DuckDBPyConnection) -> list[Account]:
    """All accounts that the mirror knows."""
    return [Account(row["id"], row["name"], row["type"], row["active"]) for row in SQL.rows(con, "accounts")]


def find_account(accounts: Sequence[Account], wanted: str | None, types: Sequence[str]) -> Account | None:
    """The active account that `wanted` (an id, else a name in any case) means, if it is of one of `types`."""
    if wanted is None:
        return None
    by_id = [account for account in accounts if account.id == wanted]
    by_name = [account for account in accounts if account.name.casefold() == wanted.strip().casefold()]
    for account in by_id or by_name:
        if account.active and account.type in types:
            return account
    return None
