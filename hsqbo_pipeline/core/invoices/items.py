"""Which QuickBooks item a HubSpot line posts to: the one it stands on already, else by link, then by SKU, then the custom line
item or a refusal (A20-A24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.creations import named_operation
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.core.invoices.company_lists import Lists
from hsqbo_pipeline.core.invoices.parents import CUSTOM_ITEM, Parents, Standing
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.mapping.lines import LONGEST_NAME
from hsqbo_pipeline.mapping.products import LONGEST_ITEM_NAME, item_name_problem
from hsqbo_pipeline.model.keys import name_key, sku_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import (
    LinkedId,
    Operation,
    Step,
    StepAction,
    Wave,
)

SQL = Statements(Path(__file__).parents[1] / "sql")
_SELLABLE = ("Service", "NonInventory")


@dataclass(frozen=True)
class Choice:
    """The item of one line: its id or the marker of it. `row` is None while the item is being made."""

    reference: Any
    row: Row | None
    fallback: bool = False


@dataclass
class Fallbacks:
    """Items that lines without one go to. What this plan makes is made once, for the first invoice that needs it."""

    lists: Lists
    named: Mapping[str, Row] = field(default_factory=dict)
    planned: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Operation] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    def keep(self) -> None:
        """The invoice decided last is sent: the items it needs are made."""
        for key, operation in self.pending.items():
            covers = ((System.HUBSPOT, key),)
            made = Verdict(
                Entity.PRODUCT,
                key,
                None,
                "OPS_UNCHANGED",
                operations=(operation,),
                label=operation.label,
                covers=covers,
            )
            self.verdicts.append(made)
        self.pending.clear()

    def drop(self) -> None:
        """It is not sent: nothing is made for its sake."""
        for key in self.pending:
            del self.planned[key]
        self.pending.clear()


def read_fallbacks(con: duckdb.DuckDBPyConnection, lists: Lists, situation: Situation) -> Fallbacks:
    """What QuickBooks has already under the names that fallback items would get."""
    names = [name_key(situation.rules.invoices.custom_item_name)]
    if situation.rules.invoices.unmatched_line == "create":
        names += [name_key(row["name"]) for row in SQL.rows(con, "unmatched_names")]
    found = SQL.rows(con, "fallback_items", names=sorted(set(names)))
    return Fallbacks(lists, {row["name_key"]: row for row in found})


def choose(
    case: Case, line: Row, position: int, parents: Parents, fallbacks: Fallbacks, situation: Situation
) -> Choice | Verdict:
    """The item of a line, or why the invoice can't be sent."""
    found = _as_before(case, line, parents) or _by_link(line, parents) or _by_sku(case, line, parents)
    if isinstance(found, Verdict):
        return found
    if found is None:
        return _fallback(case, line, position, parents, fallbacks, situation)
    if found.failing and not found.reachable:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": found.name, "reason": found.code})
    if found.system is System.QUICKBOOKS:
        return _usable(case, position, found.id, found.row, situation)
    row = parents.row(Entity.PRODUCT, System.QUICKBOOKS, found.partner)
    if row is None:
        return Choice(found.reference(), None)
    return _usable(case, position, found.reference(), row, situation)


def _by_link(line: Row, parents: Parents) -> Standing | None:
    standing = parents.product(System.HUBSPOT, line["item_id"]) if line["item_id"] else None
    return standing if standing is not None and (standing.reachable or standing.failing) else None


def _by_sku(case: Case, line: Row, parents: Parents) -> Standing | Verdict | None:
    if not line["sku"]:
        return None
    key = sku_key(line["sku"])
    items = list(parents.skus.get((System.QUICKBOOKS, key), ()))
    if len(items) > 1:
        slots = {"sku": line["sku"], "count": len(items), "candidates": ", ".join(items)}
        return case.verdict(
            "ITM_SKU_DUPLICATE", slots=slots, candidates=tuple({"system": "quickbooks", "id": each} for each in items)
        )
    if items:
        return parents.product(System.QUICKBOOKS, items[0])
    products = [parents.product(System.HUBSPOT, each) for each in parents.skus.get((System.HUBSPOT, key), ())]
    return next((each for each in products if each.reachable or each.failing), None)


def _as_before(case: Case, line: Row, parents: Parents) -> Standing | None:
    if not line["item_id"] and not line["sku"]:
        return None
    item = case.booked_items.get((line["item_id"], line["sku"], line["name"]))
    known = item is not None and item != parents.custom_item and parents.row(Entity.PRODUCT, System.QUICKBOOKS, item)
    return parents.product(System.QUICKBOOKS, item) if item and known else None


def _usable(case: Case, position: int, reference: Any, row: Row, situation: Situation) -> Choice | Verdict:
    """An item that may stand on a line: active, of a kind that is sold, and with stock on the invoice's day (H24)."""
    if not row["active"]:
        return case.verdict("ITM_INACTIVE", slots={"name": row["name"], "line": position})
    kind = row["item_type"]
    allowed = (*_SELLABLE, "Inventory") if situation.rules.invoices.inventory == "allow" else _SELLABLE
    if kind is not None and kind not in allowed:
        return case.verdict(
            "ITM_TYPE_UNSUPPORTED", slots={"type": f"{kind} (line {position}, {row['name']})", "line": position}
        )
    day, begins = case.row(System.HUBSPOT)["invoice_date"], row.get("stock_start")
    if kind == "Inventory" and begins and day and day < date.fromisoformat(begins):
        return case.verdict("ITM_BEFORE_STOCK_START", slots={"date": day, "name": row["name"]})
    return Choice(reference, row)


def _fallback(
    case: Case, line: Row, position: int, parents: Parents, fallbacks: Fallbacks, situation: Situation
) -> Choice | Verdict:
    """A line without an item: the policy of the rules, never a dropped line."""
    rules = situation.rules.invoices
    slots = {
        "line": position,
        "name": line["name"] or line["sku"] or "",
        "amount": line["amount"],
        "policy": rules.unmatched_line,
    }
    if rules.unmatched_line == "fail":
        return case.verdict("INV_LINE_UNMATCHED", slots=slots)
    if rules.unmatched_line == "create" and line["name"]:
        return _named_item(case, line["name"][:LONGEST_NAME], line["sku"], slots, fallbacks, situation)
    if parents.custom_item is not None:
        return Choice(
            parents.custom_item, parents.row(Entity.PRODUCT, System.QUICKBOOKS, parents.custom_item), fallback=True
        )
    return _named_item(case, rules.custom_item_name, None, slots, fallbacks, situation, CUSTOM_ITEM)


def _named_item(
    case: Case,
    name: str,
    sku: str | None,
    slots: Mapping[str, Any],
    fallbacks: Fallbacks,
    situation: Situation,
    key: str | None = None,
) -> Choice | Verdict:
    """An item of this name: a person's own if it fits (1.14), else one that is made once."""
    key = key or f"{CUSTOM_ITEM}:{name_key(name)}"
    wanted = situation.rules.invoices.custom_item_income_account
    account = fallbacks.lists.income_account(wanted)
    there = fallbacks.named.get(name_key(name))
    if there is not None:
        fits = (
            there["active"]
            and there["item_type"] in _SELLABLE
            and (account is None or there["income_account"] == account)
        )
        if fits:
            return Choice(there["id"], there, fallback=True)
        if not there["active"]:
            return case.verdict("ITM_INACTIVE", slots={"name": there["name"], "line": slots["line"]})
        return case.verdict(
            "INV_LINE_UNMATCHED", slots={**slots, "policy": f"item {there['id']} has the name {name} and does not fit"}
        )
    if account is None:
        return case.verdict("CFG_NO_INCOME_ACCOUNT", slots={"item": name})
    problem = item_name_problem(name)
    if problem is not None:
        return case.verdict(problem, slots={"field": "name", "limit": LONGEST_ITEM_NAME})
    if key not in fallbacks.planned:
        fallbacks.planned[key] = LinkedId(Entity.PRODUCT, System.QUICKBOOKS, key).as_json()
        fallbacks.pending[key] = _creation(key, name, sku, account, situation)
    return Choice(fallbacks.planned[key], None, fallback=True)


def _creation(key: str, name: str, sku: str | None, account: str, situation: Situation) -> Operation:
    body: dict[str, Any] = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": account}}
    if sku:
        body["Sku"] = sku
    step = Step(
        number=1,
        system=System.QUICKBOOKS,
        object="Item",
        action=StepAction.CREATE,
        body=body,
        find={"where": {"Name": name}, "mark": None, "same": {"Sku": sku or ""}},
    )
    return named_operation(
        key,
        name,
        step,
        situation,
        link={
            "entity": Entity.PRODUCT.value,
            "role": "primary",
            "hubspot_object": "products",
            "quickbooks_object": "Item",
        },
        wave=Wave.PRODUCTS,
        why="for invoice lines without an item",
    )


def due_fallbacks(con: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Fallback items that are due themselves: they have no partner in HubSpot and never get one (1.14)."""
    return [
        Verdict(
            Entity.PRODUCT,
            row["hubspot_id"],
            row["quickbooks_id"],
            "OPS_UNCHANGED",
            label=row["name"],
            covers=((System.HUBSPOT, row["hubspot_id"]), (System.QUICKBOOKS, row["quickbooks_id"])),
        )
        for row in SQL.rows(con, "fallback_due", prefix=CUSTOM_ITEM)
    ]


def fallback_lines(lines: Sequence[Row], choices: Sequence[Choice]) -> list[tuple[int, Row]]:
    """The lines that go to a fallback item, with their positions."""
    return [
        (number, line) for number, (line, choice) in enumerate(zip(lines, choices, strict=True), 1) if choice.fallback
    ]
