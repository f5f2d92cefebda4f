"""What a rule names by id or by name: classes, locations, tax codes, payment methods, accounts; and HubSpot values it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.accounts import DEPOSIT_TYPES, INCOME_TYPES, Account, find_account, read_accounts
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.days import business_day_of
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Source

SQL = Statements(Path(__file__).parents[1] / "sql")


@dataclass(frozen=True)
class Lists:
    """The company's small lists, and properties of line items and deals that rules read."""

    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ids: frozenset[tuple[str, str]] = frozenset()
    accounts: Sequence[Account] = ()
    properties: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def find(self, kind: str, wanted: str | None) -> str | None:
        """The id of an active entry named by id or by name; None where there is none."""
        if wanted is None:
            return None
        return wanted if (kind, wanted) in self.ids else self.names.get((kind, wanted.strip().casefold()))

    def income_account(self, wanted: str | None) -> str | None:
        """The id of an active income account."""
        account = find_account(self.accounts, wanted, INCOME_TYPES)
        return account.id if account else None

    def deposit_account(self, wanted: str | None) -> str | None:
        """The id of an active account that payments may be booked to."""
        account = find_account(self.accounts, wanted, DEPOSIT_TYPES)
        return account.id if account else None

    def text(self, case: Case, source: Source, line: Row | None = None) -> str | None:
        """What a rule's source says for an invoice or one of its lines."""
        return source.value or self.property(case, source.object, source.property or "", line)

    def property(self, case: Case, kind: str, name: str, line: Row | None) -> str | None:
        """A HubSpot property of the invoice, one of its lines, or the first of its deals that has it."""
        if kind == "invoices":
            found = (case.pair.payloads[System.HUBSPOT] or {}).get("properties", {}).get(name)
            return str(found) if found else None
        keys = [line["line_id"]] if kind == "line_items" and line else list(case.row(System.HUBSPOT)["deal_ids"] or [])
        values = (self.properties.get((kind, key), {}).get(name) for key in keys)
        return next((str(value) for value in values if value), None)

    def service_date(self, case: Case, line: Row, situation: Situation) -> date | None:
        """The service date of a line by the rules; None where they give none."""
        rule, day = situation.rules.invoices.service_date, case.row(System.HUBSPOT)["invoice_date"]
        if rule.rule == "invoice_date":
            return day  # type: ignore[no-any-return]
        if rule.rule == "month_start":
            return day.replace(day=1)  # type: ignore[no-any-return]
        if rule.rule == "none" or rule.property is None:
            return None
        text = self.property(case, rule.object, rule.property, line)
        try:
            return business_day_of(text, situation.zone) if text else None
        except ValueError:
            return None


def read_lists(con: duckdb.DuckDBPyConnection, situation: Situation) -> Lists:
    """The lists, and only the HubSpot properties that the rules speak of."""
    rows = SQL.rows(con, "company_lists")
    return Lists(
        names={(row["object"], (row["name"] or "").strip().casefold()): row["id"] for row in rows},
        ids=frozenset((row["object"], row["id"]) for row in rows),
        accounts=read_accounts(con),
        properties=_properties(con, situation),
    )


def _properties(con: duckdb.DuckDBPyConnection, situation: Situation) -> dict[tuple[str, str], Mapping[str, Any]]:
    rules = situation.rules.invoices
    sources = [each for each in (rules.class_, rules.location) if each is not None and each.property is not None]
    objects = {each.object for each in sources} | (
        {rules.service_date.object} if rules.service_date.property else set()
    )
    if not objects & {"line_items", "deals"}:
        return {}
    found = SQL.rows(con, "invoice_properties", objects=sorted(objects))
    return {(row["object"], row["id"]): json.loads(row["payload"]).get("properties", {}) for row in found}
