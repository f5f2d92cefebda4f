"""The assets between extraction and report: one per stage and object. Each calls its stage and tells its counts."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.guarded import guarded, numbers
from hsqbo_pipeline.defs.names import (
    APPLY,
    HUBSPOT_ASSETS,
    MATCH,
    OWNERS,
    PLAN,
    PLURAL,
    QUICKBOOKS_ASSETS,
    VALIDATE,
    key,
)
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.runs import stages
from hsqbo_pipeline.runs.night import Night
from hsqbo_pipeline.runs.sync import finish_writing

SINGLE_RUN = dg.BackfillPolicy.single_run()
Work = Callable[[Night], Mapping[str, Any]]
_READS = {
    Entity.CUSTOMER: ("hubspot_contacts", "hubspot_companies", "quickbooks_customers", "quickbooks_company"),
    Entity.PRODUCT: ("hubspot_products", "quickbooks_items", "quickbooks_company"),
    Entity.INVOICE: ("hubspot_invoices", "hubspot_deals", "quickbooks_invoices", "quickbooks_payments", "quickbooks_company"),
    Entity.PAYMENT: ("hubspot_payments", "quickbooks_payments", "quickbooks_company"),
}  # fmt: skip
# Whose partners an object refers to: they are paired first.
_PARENTS = {Entity.INVOICE: (Entity.CUSTOMER, Entity.PRODUCT), Entity.PAYMENT: (Entity.INVOICE,)}
_APPLIED = (
    (Entity.PRODUCT, (Wave.PRODUCTS,)),
    (Entity.CUSTOMER, (Wave.CUSTOMERS,)),
    (Entity.INVOICE, (Wave.INVOICES,)),
    (Entity.PAYMENT, (Wave.PAYMENTS, Wave.FIGURES)),
)


def asset(name: str, group: str, kinds: set[str], words: str, deps: list[str], work: Work) -> dg.AssetsDefinition:
    """An asset that runs one piece of work on the open night and shows what came of it."""

    @dg.asset(
        key=key(name),
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        description=words,
        deps=[key(dep) for dep in deps],
        backfill_policy=SINGLE_RUN,
    )
    def stage(night: dg.ResourceParam[LazyNight]) -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata=guarded(night, work))

    return stage


def stage_assets() -> list[dg.AssetsDefinition]:
    """All assets of validate, match, plan and apply, in the order of the data."""
    made = [_valid(entity) for entity in Entity] + [_matched(entity) for entity in Entity]
    made += [_batches(entity) for entity in Entity] + [_sync_plan()]
    before = "sync_plan"
    for entity, waves in _APPLIED:
        made.append(_applied(entity, waves, before))
        before = f"applied_{PLURAL[entity]}"
    return made


def _valid(entity: Entity) -> dg.AssetsDefinition:
    plural = PLURAL[entity]
    words = (
        f"{plural.capitalize()} of both sides as typed rows; what does not fit is a reject with its field and value."
    )
    deps = [*_READS[entity], "books"]

    def work(night: Night) -> Mapping[str, Any]:
        counts = stages.validate(night, entity)
        return numbers(
            {
                "checked": counts.checked,
                "valid": counts.valid,
                "rejected": counts.rejected,
                "waiting_for_evaluation": counts.due,
            }
        )

    return asset(f"valid_{plural}", VALIDATE, {"duckdb", "pandera"}, words, deps, work)


def _matched(entity: Entity) -> dg.AssetsDefinition:
    plural = PLURAL[entity]
    words = f"Who belongs to whom among the {plural} to look at: by link, then by key, never by a guess."
    # A filter may look at another object: everything is valid before the first pairing.
    deps = [f"valid_{name}" for name in PLURAL.values()] + [
        f"{PLURAL[p].removesuffix('s')}_upsert_batches" for p in _PARENTS.get(entity, ())
    ]

    def work(night: Night) -> Mapping[str, Any]:
        kinds = stages.match(night, entity)
        names = ("linked", "matched", "single", "shared", "ambiguous", "claimed")
        return numbers({name: kinds.get(name, 0) for name in names})

    return asset(f"matched_{plural}", MATCH, {"duckdb"}, words, deps, work)


def _batches(entity: Entity) -> dg.AssetsDefinition:
    singular = entity.value
    words = (
        f"What this run means to write for {PLURAL[entity]}, operation by operation, and what it leaves out and why."
    )

    def work(night: Night) -> Mapping[str, Any]:
        verdicts = stages.plan(night, entity)
        operations = [one for verdict in verdicts for one in verdict.operations]
        actions = {
            name: sum(one.action.value == name for one in operations)
            for name in ("create", "update", "link", "void", "archive")
        }
        return numbers({"evaluated": len(verdicts), "operations": len(operations), **actions})

    return asset(f"{singular}_upsert_batches", PLAN, {"duckdb"}, words, [f"matched_{PLURAL[entity]}"], work)


def _sync_plan() -> dg.AssetsDefinition:
    words = "The whole plan under one hash: totals, what is above the limits, and whether it was approved."

    def work(night: Night) -> Mapping[str, Any]:
        from hsqbo_pipeline.core.tables import rows

        plan = stages.close_plan(night)
        found = rows(
            night.warehouse.con,
            "SELECT entity, system, action, count(*) AS operations FROM operations WHERE plan_hash = $hash GROUP BY ALL ORDER BY ALL",
            {"hash": plan["hash"]},
        )
        lines = [f"| {row['entity']} | {row['action']} | {row['system']} | {row['operations']} |" for row in found]
        table = (
            "\n".join(["| object | action | in | operations |", "|---|---|---|---|", *lines])
            if lines
            else "Nothing to write."
        )
        return {
            "hash": dg.MetadataValue.text(plan["hash"]),
            "status": dg.MetadataValue.text(plan["status"]),
            "operations": sum(row["operations"] for row in found),
            "plan": dg.MetadataValue.md(table),
        }

    deps = [f"{entity.value}_upsert_batches" for entity in Entity]
    return asset("sync_plan", PLAN, {"duckdb"}, words, deps, work)


def _applied(entity: Entity, waves: tuple[Wave, ...], before: str) -> dg.AssetsDefinition:
    plural = PLURAL[entity]
    words = (
        f"The approved operations on {plural}, written and journalled; says that it waits where nothing was approved."
    )

    def work(night: Night) -> Mapping[str, Any]:
        result = stages.apply_waves(night, waves)
        if entity is Entity.PAYMENT:
            finish_writing(night, result)
        if result is None:
            return {"waiting": dg.MetadataValue.text("no plan was approved; nothing was written")}
        return numbers(
            {status: result.total(status) for status in ("done", "refused", "waiting", "set_aside", "uncertain")}
        )

    deps = ["sync_plan"] if before == "sync_plan" else ["sync_plan", before]
    return asset(f"applied_{plural}", APPLY, {"hubspot", "quickbooks"}, words, deps, work)


ALL_READS = (*HUBSPOT_ASSETS, *QUICKBOOKS_ASSETS)
