"""Products and items: which come along, how they are told apart, and what each side gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.accounts import EXPENSE_TYPES, INCOME_TYPES, Account, find_account, read_accounts
from hsqbo_pipeline.core.candidates import Candidate, also, candidate, label, paused, rivalry
from hsqbo_pipeline.core.creations import create_operation, mark_operation
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.deletion import gone_verdict, vanished
from hsqbo_pipeline.core.filters import unmet
from hsqbo_pipeline.core.joined import planned
from hsqbo_pipeline.core.match import chosen
from hsqbo_pipeline.core.merges import Merges, claimed, read_merges
from hsqbo_pipeline.core.pairs import pair_verdict
from hsqbo_pipeline.core.sole import Keeper, Sole, held_back, wanted
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.core.trades import Trade, trade_of
from hsqbo_pipeline.mapping.products import (
    LONGEST_ITEM_NAME,
    hubspot_product,
    item_name_problem,
    name_with_sku,
    quickbooks_item,
)
from hsqbo_pipeline.model.fields import values
from hsqbo_pipeline.model.keys import name_key, sku_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.rules import DirectionWord

SQL = Statements(Path(__file__).parent / "sql")
NAME = Sole(System.QUICKBOOKS, "Item", "Name", name_key)

# Item types that mean something as a product in HubSpot; a category is a folder, a group is several items.
SYNCED_TYPES = ("Service", "NonInventory", "Inventory")


@dataclass
class _Names:
    """Item names in use, and those that this plan has given away already (oldest record first).

    `free` are items, by the key of their name, that have no partner yet; `joined` products that get one of them.
    """

    holders: dict[str, str]
    free: dict[str, str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)

    def holder(self, name: str) -> str | None:
        return self.holders.get(name_key(name))

    def take(self, name: str, by: str) -> None:
        self.holders[name_key(name)] = by


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due product, item or pair of the two."""
    return planned(con, situation, Entity.PRODUCT, _plan, "name")


def _plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> tuple[list[Verdict], dict[str, str]]:
    rows = chosen(con, Entity.PRODUCT, situation.run_id)
    found = [one for one in (candidate(Entity.PRODUCT, row) for row in rows) if not one.rejected]
    trade = trade_of(
        Entity.PRODUCT,
        Wave.PRODUCTS,
        situation,
        {
            System.HUBSPOT: lambda fields, _current, mapped: dict(hubspot_product(fields, mapped)),
            System.QUICKBOOKS: lambda fields, current, mapped: quickbooks_item(fields, current, mapped=mapped),
        },
        refusal=_impossible_name,
    )
    names = _names(con, found)
    accounts, merges = read_accounts(con), read_merges(con, Entity.PRODUCT, found)
    verdicts = [_one(one, trade, situation, names, accounts, merges) for one in found]
    return _to_their_own_names(con, verdicts), names.joined


def _to_their_own_names(con: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """An item that is renamed gets no name that another one has (D42); new items were given theirs."""
    keys = wanted(verdicts, NAME)
    rows = SQL.rows(con, "item_names", names=keys) if keys else []
    return held_back(verdicts, NAME, {row["name_key"]: [row["id"]] for row in rows}, _name_taken)


def _name_taken(verdict: Verdict, name: str, holder: Keeper) -> Verdict:
    kind = "item" if holder.system is System.QUICKBOOKS else "HubSpot product"
    candidates = ({"system": holder.system.value, "id": holder.id},)
    slots = {"name": name, "holder": f"{kind} {holder.id}"}
    return replace(verdict, code="ITM_NAME_TAKEN", slots=slots, candidates=candidates)


def _impossible_name(texts: Mapping[str, str | None]) -> tuple[str, Mapping[str, Any]] | None:
    problem = item_name_problem(texts["name"]) if "name" in texts else None
    return (problem, {"field": "name", "limit": LONGEST_ITEM_NAME, "system": "quickbooks"}) if problem else None


def _names(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> _Names:
    wanted = sorted({name_key(name) for one in found if (row := one.rows[System.HUBSPOT]) and (name := row["name"])})
    rows = SQL.rows(con, "item_names", names=wanted) if wanted else []
    return _Names(
        {row["name_key"]: f"item {row['id']}" for row in rows},
        {row["name_key"]: row["id"] for row in rows if row["free"]},
    )


def _one(
    found: Candidate,
    trade: Trade,
    situation: Situation,
    names: _Names,
    accounts: Sequence[Account],
    merges: Merges,
) -> Verdict:
    archive = situation.rules.products.on_deleted == "archive"
    verdict = (
        _switched_off(found, situation)
        or paused(found, situation)
        or claimed(found, merges)
        or vanished(found, trade, situation, archive=archive)
        or _not_a_product(found, trade, situation, archive=archive)
        or rivalry(found, _shared_code(found), {"sku": _sku(found)})
    )
    if verdict is not None:
        return verdict
    if found.kind in ("linked", "matched"):
        closed = _closed(found, situation)
        return _near_sku(found, pair_verdict(found, _towards_hubspot(found, trade), situation, closed))
    side = found.single_side
    assert side is not None, "an unpaired candidate has one side"
    return _alone(found, side, trade, situation, names, accounts)


def _shared_code(found: Candidate) -> str:
    """Two of one SKU are one mistake; two of one name are only hard to tell apart."""
    keys = found.rivals.get("keys", ())
    return "ITM_SKU_DUPLICATE" if any(str(key).startswith("sku:") for key in keys) else "ID_AMBIGUOUS_MATCH"


def _towards_hubspot(found: Candidate, trade: Trade) -> Trade:
    """An inactive item that the rules bring along is read, never written."""
    if found.row(System.QUICKBOOKS)["active"]:
        return trade
    outward = trade.direction.targets & {System.HUBSPOT}
    return replace(trade, direction=DirectionWord.QUICKBOOKS_TO_HUBSPOT if outward else DirectionWord.OFF)


def _near_sku(found: Candidate, verdict: Verdict) -> Verdict:
    """One SKU in two spellings is one product, and worth a look (D41)."""
    ours, theirs = (found.row(side)["sku"] for side in System)
    if not ours or not theirs or ours == theirs or sku_key(ours) != sku_key(theirs):
        return verdict
    slots = {"sku": ours, "other_sku": theirs}
    if verdict.code == "OPS_UNCHANGED":
        return replace(verdict, code="ITM_SKU_NEAR_MISS", slots=slots)
    return also(verdict, Reason("ITM_SKU_NEAR_MISS", slots))


def _sku(found: Candidate) -> str:
    row = found.rows[System.QUICKBOOKS] or found.rows[System.HUBSPOT] or {}
    return row.get("sku") or ""


def _switched_off(found: Candidate, situation: Situation) -> Verdict | None:
    if not situation.rules.products.targets:
        return found.verdict("FLT_OBJECT_OFF", slots={"object": "products"})
    return None


def _not_a_product(found: Candidate, trade: Trade, situation: Situation, *, archive: bool) -> Verdict | None:
    rules, item = situation.rules.products, found.rows[System.QUICKBOOKS]
    if item is not None and item["item_type"] not in SYNCED_TYPES:
        return found.verdict("ITM_TYPE_UNSUPPORTED", slots={"type": item["item_type"] or "unknown"})
    if item is not None and not item["active"] and rules.inactive == "exclude":
        if archive and found.kind == "linked":
            return gone_verdict(found, trade, situation, System.QUICKBOOKS, archive=True)
        return found.verdict("FLT_INACTIVE")
    if found.kind in ("linked", "matched") or not rules.sku_required:
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
    refused = _impossible_name({"name": name})
    if refused is not None:
        return found.verdict(refused[0], slots=refused[1])
    item = names.free.pop(name_key(name), None) if situation.rules.products.name_clash == "link" else None
    if item is not None:
        names.joined[found.id(System.HUBSPOT)] = item
        return found.verdict("OPS_UNCHANGED")  # planned once more, as a pair
    return found.verdict("ITM_NAME_TAKEN", slots={"name": name, "holder": holder})
