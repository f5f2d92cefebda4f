"""Products and items: which come along, how they are told apart, and what each side gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.accounts import EXPENSE_TYPES, INCOME_TYPES, Account, find_account, read_accounts
from hsqbo_pipeline.core.candidates import Candidate, candidate, label, paused, rivalry, vanished
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.filters import unmet
from hsqbo_pipeline.core.pairs import Trade, create_operation, mark_operation, pair_verdict, trade_of
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.mapping.products import (
    LONGEST_ITEM_NAME,
    hubspot_product,
    item_name_problem,
    name_with_sku,
    quickbooks_item,
)
from hsqbo_pipeline.model.fields import values
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Wave

SQL = Statements(Path(__file__).parent / "sql")

# Item types that mean something as a product in HubSpot; a category is a folder, a group is several items.
SYNCED_TYPES = ("Service", "NonInventory", "Inventory")


@dataclass
class _Names:
    """Item names in use, and those that this plan has given away already (oldest record first)."""

    holders: dict[str, str]

    def holder(self, name: str) -> str | None:
        return self.holders.get(name_key(name))

    def take(self, name: str, by: str) -> None:
        self.holders[name_key(name)] = by


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due product, item or pair of the two."""
    found = [candidate(Entity.PRODUCT, row) for row in SQL.rows(con, "plan_products")]
    found = [one for one in found if not one.rejected]
    trade = trade_of(
        Entity.PRODUCT,
        Wave.PRODUCTS,
        situation,
        {
            System.HUBSPOT: lambda fields, _current, mapped: dict(hubspot_product(fields, mapped)),
            System.QUICKBOOKS: lambda fields, current, mapped: quickbooks_item(fields, current, mapped=mapped),
        },
    )
    names = _names(con, found)
    accounts = read_accounts(con)
    return [_one(one, trade, situation, names, accounts) for one in found]


def _names(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> _Names:
    wanted = sorted({name_key(name) for one in found if (row := one.rows[System.HUBSPOT]) and (name := row["name"])})
    rows = SQL.rows(con, "item_names", names=wanted) if wanted else []
    return _Names({row["name_key"]: f"item {row['id']}" for row in rows})


def _one(found: Candidate, trade: Trade, situation: Situation, names: _Names, accounts: Sequence[Account]) -> Verdict:
    sku_codes = {"sku": _sku(found)}
    verdict = (
        _switched_off(found, situation)
        or paused(found, situation)
        or vanished(found)
        or _not_a_product(found, situation)
        or rivalry(found, "ITM_SKU_DUPLICATE", sku_codes)
    )
    if verdict is not None:
        return verdict
    if found.kind in ("linked", "matched"):
        closed = _closed(found, situation)
        return pair_verdict(found, trade, situation, closed)
    side = found.single_side
    assert side is not None, "an unpaired candidate has one side"
    return _alone(found, side, trade, situation, names, accounts)


def _sku(found: Candidate) -> str:
    row = found.rows[System.QUICKBOOKS] or found.rows[System.HUBSPOT] or {}
    return row.get("sku") or ""


def _switched_off(found: Candidate, situation: Situation) -> Verdict | None:
    if not situation.rules.products.targets:
        return found.verdict("FLT_OBJECT_OFF", slots={"object": "products"})
    return None


def _not_a_product(found: Candidate, situation: Situation) -> Verdict | None:
    item = found.rows[System.QUICKBOOKS]
    if item is not None and item["item_type"] not in SYNCED_TYPES:
        return found.verdict("ITM_TYPE_UNSUPPORTED", slots={"type": item["item_type"] or "unknown"})
    if item is not None and not item["active"]:
        return found.verdict("FLT_INACTIVE")
    if found.kind == "linked" or not situation.rules.products.sku_required:
        return None
    row = item or found.rows[System.HUBSPOT]
    if row is not None and not row["sku"]:
        return found.verdict("ITM_NO_SKU")
    return None


def _closed(found: Candidate, situation: Situation) -> dict[System, str]:
    """Which side a filter shuts for this record, with the condition that is not met."""
    closed = {}
    for source in System:
        groups = situation.rules.filter_groups(Entity.PRODUCT, source)
        condition = unmet(groups, found.payloads[source] or {}, source, {})
        if condition is not None:
            closed[source.other] = condition
    return closed


def _alone(
    found: Candidate, side: System, trade: Trade, situation: Situation, names: _Names, accounts: Sequence[Account]
) -> Verdict:
    if not trade.sends(side):
        way = f"{side.value}_to_{side.other.value}"
        return found.verdict("FLT_DIRECTION_OFF", slots={"object": "products", "direction": way})
    closed = _closed(found, situation)
    if side.other in closed:
        return found.verdict("FLT_CUSTOM", slots={"condition": closed[side.other]})
    return (
        _to_hubspot(found, trade, situation)
        if side is System.QUICKBOOKS
        else _to_quickbooks(found, trade, situation, names, accounts)
    )


def _created(
    found: Candidate,
    trade: Trade,
    situation: Situation,
    target: System,
    body: Mapping[str, Any],
    find: Mapping[str, Any],
) -> Verdict:
    texts = values(found.row(target.other), trade.fields)
    operation = create_operation(found, trade, situation, target, body, find, texts)
    return found.verdict(
        "OPS_UNCHANGED",
        operations=(operation,) if target is System.HUBSPOT else (operation, mark_operation(found, trade, situation)),
        settle={"hubspot": texts, "quickbooks": texts},
        source_system=target.other,
    )


def _to_hubspot(found: Candidate, trade: Trade, situation: Situation) -> Verdict:
    row = found.row(System.QUICKBOOKS)
    mark = situation.mark(found.id(System.QUICKBOOKS))
    texts = {name: text for name, text in values(row, trade.fields).items() if text is not None}
    body = {**hubspot_product(texts, trade.fields), "qbo_id": mark}
    if situation.backfill:
        body["qbo_backfill"] = situation.backfill
    return _created(
        found, trade, situation, System.HUBSPOT, body, {"property": "qbo_id", "value": mark, "parent": None}
    )


def _to_quickbooks(
    found: Candidate, trade: Trade, situation: Situation, names: _Names, accounts: Sequence[Account]
) -> Verdict:
    row, rules = found.row(System.HUBSPOT), situation.rules.products
    income = find_account(accounts, rules.income_account, INCOME_TYPES)
    if income is None:
        return found.verdict("CFG_NO_INCOME_ACCOUNT", slots={"item": label(row)})
    named = _item_name(found, row, situation, names)
    if isinstance(named, Verdict):
        return named
    texts = {name: text for name, text in values(row, trade.fields).items() if text is not None} | {"name": named}
    expense = find_account(accounts, rules.expense_account, EXPENSE_TYPES)
    body = quickbooks_item(
        texts, income_account=income.id, expense_account=expense.id if expense else None, mapped=trade.fields
    )
    names.take(named, f"HubSpot product {found.id(System.HUBSPOT)}")
    verdict = _created(
        found,
        trade,
        situation,
        System.QUICKBOOKS,
        body,
        {"where": {"Name": named}, "mark": None, "same": {"Sku": row["sku"] or ""}},
    )
    if verdict.settle is None or named == row["name"]:
        return verdict
    # The name was made fit for QuickBooks: each side keeps its own until somebody touches one of them.
    return replace(verdict, settle={**verdict.settle, "quickbooks": {**verdict.settle["quickbooks"], "name": named}})


def _item_name(found: Candidate, row: Mapping[str, Any], situation: Situation, names: _Names) -> str | Verdict:
    """The name the item gets, or why it gets none. Names are unique in QuickBooks, whatever their case."""
    name, suffix = row["name"] or "", situation.rules.products.name_clash == "suffix_sku" and bool(row["sku"])
    problem = item_name_problem(name)
    holder = names.holder(name)
    if problem is None and holder is None:
        return str(name)
    if suffix and problem != "VAL_REQUIRED":
        fitted = name_with_sku(name, row["sku"])
        if names.holder(fitted) is None:
            return fitted
    if problem is not None:
        return found.verdict(problem, slots={"field": "name", "limit": LONGEST_ITEM_NAME, "system": "quickbooks"})
    return found.verdict("ITM_NAME_TAKEN", slots={"name": name, "holder": holder})
