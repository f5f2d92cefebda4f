"""The sealed plan, and the four assets that carry it out, one wave after the other."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs import steps
from hsqbo_pipeline.defs.columns import of_applied
from hsqbo_pipeline.defs.guarded import Told, check, stage_asset
from hsqbo_pipeline.defs.names import APPLY, PLAN, PLURAL, applied, batches
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.reports.markdown import plain, table

SYNC_PLAN = "sync_plan"
WAVES = {
    Entity.PRODUCT: (Wave.PRODUCTS,),
    Entity.CUSTOMER: (Wave.CUSTOMERS,),
    Entity.INVOICE: (Wave.INVOICES,),
    Entity.PAYMENT: (Wave.PAYMENTS, Wave.FIGURES),
}
_DONE = {"create": "created", "update": "updated", "link": "linked", "void": "voided", "archive": "archived"}
_ELSE = ("refused", "waiting", "set_aside", "uncertain")


def applying(rules: Rules) -> list[dg.AssetsDefinition]:
    """The plan and its four parts in the order in which they are written."""
    order = list(WAVES)
    befores = [SYNC_PLAN, *(applied(entity) for entity in order)]
    return [
        plan_asset(),
        *(applied_asset(entity, before, rules) for entity, before in zip(order, befores, strict=False)),
    ]


def plan_asset() -> dg.AssetsDefinition:
    """The plan as a whole."""
    return stage_asset(
        SYNC_PLAN,
        _seal,
        group=PLAN,
        kinds={"duckdb"},
        description="All operations of this run, sealed under a hash. Within the limits an automatic night goes ahead; above "
        "them, or in mode *ask*, the plan waits for a person: run the job *apply_plan* with this hash, or `hsqbo sync "
        "--approve HASH`. One plan is open at a time; a newer one holds all that is still due.",
        deps=[batches(entity) for entity in Entity],
        checks=[
            check("within_limits", SYNC_PLAN, "The plan is no larger or odder than the limits in the rules allow.")
        ],
    )


def _seal(lazy: LazyNight) -> Told:
    plan: Mapping[str, Any] = steps.reach(lazy, steps.SEAL).answer
    totals = json.loads(plan["totals"] or "{}")
    reasons = json.loads(plan["reasons"] or "[]")
    operations = sum(totals.get("operations", {}).values())
    limits = dg.AssetCheckResult(
        check_name="within_limits",
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{each['count']} {each['what']} (limit {each['limit']})" for each in reasons) or None,
    )
    numbers = {"dagster/row_count": operations, "needs_approval": int(plan["status"] == "open" and operations > 0)}
    more = {"hash": plan["hash"], "status": plan["status"], **_operations(lazy, plan["hash"])}
    return Told(numbers, _plan_summary(plan, totals, reasons), more, (limits,), version=plan["hash"])


def _operations(lazy: LazyNight, plan_hash: str) -> dict[str, Any]:
    """What would be done, record by record: nobody should have to leave this page to approve it."""
    from hsqbo_pipeline.reports.summary import operations_markdown

    shown = operations_markdown(lazy.get().warehouse.con, plan_hash)
    return {"changes": dg.MetadataValue.md(shown)} if shown else {}


def _plan_summary(plan: Mapping[str, Any], totals: Mapping[str, Any], reasons: list[dict[str, Any]]) -> str:
    from hsqbo_pipeline.runs.plan_story import told

    parts = [f"Plan `{plan['hash'][:12]}` is **{plan['status']}**."]
    if plan["approved_by"]:
        why = f": {plain(plan['why'])}" if plan["why"] else ""
        parts.append(f"Approved by {plain(plan['approved_by'])}{why}.")
    parts += [plain(sentence.strip()) for sentence in told(plan)]
    parts += [
        f"Waits: {plain(each['count'])} {plain(each['what'])} (limit {plain(each['limit'])})." for each in reasons
    ]
    if not totals.get("operations"):
        return " ".join([*parts, "Nothing to do."])
    rows = [(*_of_total(name), count) for name, count in totals["operations"].items()]
    shown = table(("object", "action", "in", "operations"), rows)
    amounts = [(*_of_total(name), amount) for name, amount in totals.get("amounts", {}).items()]
    money = f"\n\n{table(('object', 'action', 'in', 'currency', 'amount'), amounts)}" if amounts else ""
    return f"{' '.join(parts)}\n\n{shown}{money}"


def _of_total(name: str) -> list[str]:
    return name.split(" ")


def applied_asset(entity: Entity, before: str, rules: Rules) -> dg.AssetsDefinition:
    """The writes of one entity."""
    name = applied(entity)
    also = " With them go the figures that HubSpot shows of QuickBooks' totals." if entity is Entity.PAYMENT else ""
    return stage_asset(
        name,
        lambda lazy: _apply(lazy, entity),
        group=APPLY,
        kinds={"hubspot", "quickbooks"},
        description=f"The approved plan's {PLURAL[entity]}, written to the side that lacks them.{also} Each request is in the "
        "journal before it goes out, so a run that is killed never writes anything twice. Without an approved plan this says "
        "that it waits.",
        deps=dict.fromkeys((SYNC_PLAN, before)),
        checks=[check("nothing_refused", name, "Both systems took everything that was sent to them.")],
        columns=of_applied(entity, rules),
    )


def _apply(lazy: LazyNight, entity: Entity) -> Told:
    from hsqbo_pipeline.runs import ending, stages, sync

    steps.reach(lazy, steps.SEAL)
    night = lazy.get()
    done = steps.timed(lazy, lambda open_night: stages.apply_waves(open_night, WAVES[entity]))
    lazy.done[f"apply {entity.value}"] = done
    if entity is Entity.PAYMENT:
        ending.settle_states(night)
        whole = whole_result(lazy)
        if whole is not None:
            sync.second_look(night, whole)
    waits = done.answer is None
    found = counts(done.answer, entity) if not waits else dict.fromkeys((*_DONE.values(), *_ELSE), 0)
    refused = found["refused"]
    result = dg.AssetCheckResult(
        check_name="nothing_refused",
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"refused": refused},
    )
    return Told(found, _summary(lazy, entity, found, waits=waits), checks=(result,))


def counts(result: Any, entity: Entity) -> dict[str, int]:
    """Steady numbers of what became of an entity's operations."""
    found = Counter[str]()
    for (of, _system, action, status), number in result.counts.items():
        if of == entity.value:
            found[_DONE[action] if status == "done" else status] += number
    return {name: found[name] for name in (*_DONE.values(), *_ELSE)}


def whole_result(lazy: LazyNight) -> Any:
    """All waves' results as one, as `runs.sync` sees them; None where nothing was applied."""
    from hsqbo_pipeline.apply.writer import ApplyResult

    parts = [done.answer for step, done in lazy.done.items() if step.startswith("apply ") and done.answer is not None]
    if not parts:
        return None
    total = Counter[tuple[str, str, str, str]]()
    for part in parts:
        total.update(part.counts)
    stopped = {system: code for part in parts for system, code in part.stopped.items()}
    closed = {key: code for part in parts for key, code in part.closed.items()}
    overwritten = sum(part.overwritten for part in parts)
    return ApplyResult(dict(total), stopped, closed, overwritten, any(part.tax_recalculated for part in parts))


def _summary(lazy: LazyNight, entity: Entity, found: Mapping[str, int], *, waits: bool) -> str:
    if waits and not lazy.get().request.apply:
        return "Nothing was written: this run only plans."
    if waits:
        return "Nothing was written: the plan waits for approval. See *sync_plan*."
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in found.items() if number)
    return f"{PLURAL[entity].capitalize()}: {told or 'nothing to write'}."
