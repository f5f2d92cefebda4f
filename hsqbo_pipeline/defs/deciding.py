"""Validate, match and plan: from what was read to operations that nobody has carried out yet."""

from collections.abc import Callable, Mapping

import dagster as dg

from hsqbo_pipeline.defs import steps
from hsqbo_pipeline.defs.columns import of_batches, of_matched, of_valid
from hsqbo_pipeline.defs.guarded import Told, check, stage_asset
from hsqbo_pipeline.defs.names import MATCH, PLAN, PLURAL, VALIDATE, batches, matched, valid
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.defs.planned import Planned
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.reports.markdown import plain, sentence
from hsqbo_pipeline.reports.words import SYSTEMS

READS = {
    Entity.PRODUCT: ("hubspot_products", "quickbooks_items", "quickbooks_company"),
    Entity.CUSTOMER: (
        "hubspot_portal",
        "hubspot_contacts",
        "hubspot_companies",
        "quickbooks_customers",
        "quickbooks_company",
    ),
    Entity.INVOICE: (
        "hubspot_portal",
        "hubspot_invoices",
        "hubspot_deals",
        "quickbooks_invoices",
        "quickbooks_company",
    ),
    Entity.PAYMENT: ("hubspot_payments", "quickbooks_payments"),
}
_PAIRED_WITH = {
    Entity.PRODUCT: (),
    Entity.CUSTOMER: (),
    Entity.INVOICE: (matched(Entity.CUSTOMER),),
    Entity.PAYMENT: (matched(Entity.INVOICE),),
}
_PLANNED_WITH = {
    Entity.PRODUCT: (),
    Entity.CUSTOMER: (),
    Entity.INVOICE: (batches(Entity.CUSTOMER), batches(Entity.PRODUCT)),
    Entity.PAYMENT: (batches(Entity.INVOICE),),
}
_FOUND_BY = {
    Entity.CUSTOMER: "an existing link, else the e-mail address",
    Entity.PRODUCT: "an existing link, else the SKU",
    Entity.INVOICE: "an existing link, else number, customer and amount together",
    Entity.PAYMENT: "an existing link, else invoice, day and amount together",
}
KINDS = ("linked", "matched", "single", "alias", "shared", "ambiguous", "claimed")


def deciding(rules: Rules) -> list[dg.AssetsDefinition]:
    """The assets between reading and the sealed plan, in the order of the data."""
    makers: tuple[Callable[[Entity, Rules], dg.AssetsDefinition], ...] = (valid_asset, matched_asset, batches_asset)
    return [maker(entity, rules) for maker in makers for entity in Entity]


def valid_asset(entity: Entity, rules: Rules) -> dg.AssetsDefinition:
    """Typed rows of one entity."""
    name = valid(entity)
    return stage_asset(
        name,
        lambda lazy: _validate(lazy, entity),
        group=VALIDATE,
        kinds={"pandera", "duckdb"},
        description=f"The {PLURAL[entity]} of both sides as typed rows that mean the same by a column. Records that can't "
        "be read as what they should be (an amount that is no number, a missing date) are put aside with code, field and "
        "value, and end in the failure report; nobody else is stopped.",
        deps=READS[entity],
        checks=[
            check(f"{side.value}_records_fit", name, f"Every record of {SYSTEMS[side.value]} is what it should be.")
            for side in System
        ],
        columns=of_valid(entity, rules),
    )


def _validate(lazy: LazyNight, entity: Entity) -> Told:
    from hsqbo_pipeline.defs.fitting import checks_of, count_of

    done = steps.reach(lazy, steps.validate(entity))
    counts: Mapping[str, int] = done.answer
    con = lazy.get().warehouse.con
    total = count_of(con, entity)
    summary = (
        f"{counts['checked']:,} changed records looked at: {counts['valid']:,} valid, {counts['rejected']:,} put aside, "
        f"{counts['gone']:,} gone. {counts['due']:,} now wait for a decision; {total:,} are known on both sides together."
    )
    return Told({**counts, "dagster/row_count": total}, summary, checks=tuple(checks_of(con, entity)))


def matched_asset(entity: Entity, rules: Rules) -> dg.AssetsDefinition:
    """Pairs of one entity."""
    del rules  # how pairs are found is told by each run
    name = matched(entity)
    return stage_asset(
        name,
        lambda lazy: _match(lazy, entity),
        group=MATCH,
        kinds={"duckdb"},
        description=f"Which {PLURAL[entity]} belong together, among those that are looked at tonight: by "
        f"{_FOUND_BY[entity]}; never by a guess. Before anything is made on the other side, that side is asked once more.",
        deps=(valid(entity), *_PAIRED_WITH[entity]),
        checks=[check("nothing_ambiguous", name, "No record fits several partners, and no two claim the same one.")],
        columns=of_matched(entity),
    )


def _match(lazy: LazyNight, entity: Entity) -> Told:
    kinds: Mapping[str, int] = steps.reach(lazy, steps.match(entity)).answer
    numbers = {kind: kinds.get(kind, 0) for kind in KINDS}
    unclear = sum(numbers[kind] for kind in ("shared", "ambiguous", "claimed"))
    summary = f"{numbers['linked'] + numbers['matched']:,} pairs, {numbers['single']:,} without a partner, {unclear:,} unclear."
    result = dg.AssetCheckResult(
        check_name="nothing_ambiguous",
        passed=not unclear,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"unclear": unclear},
    )
    return _unless_held(lazy, entity, Told(numbers, summary, checks=(result,)))


def batches_asset(entity: Entity, rules: Rules) -> dg.AssetsDefinition:
    """Planned operations of one entity."""
    return stage_asset(
        batches(entity),
        lambda lazy: _plan(lazy, entity),
        group=PLAN,
        kinds={"duckdb"},
        description=f"What is to be done about {PLURAL[entity]}: each operation with its field differences and why one side "
        "won. Nothing is written yet; the same data give the same plan.",
        deps=(matched(entity), *_PLANNED_WITH[entity]),
        columns=of_batches(entity, rules),
    )


def _plan(lazy: LazyNight, entity: Entity) -> Told:
    found: Planned = steps.reach(lazy, steps.plan(entity)).answer
    more = {"first_operations": dg.MetadataValue.md(found.first_operations)} if found.first else {}
    return _unless_held(lazy, entity, Told(found.numbers, found.summary, more))


def _unless_held(lazy: LazyNight, entity: Entity, told: Told) -> Told:
    """An entity whose reads are incomplete is not evaluated; its asset says why."""
    from hsqbo_pipeline.model.codes import render
    from hsqbo_pipeline.runs import stages

    code = stages.held(lazy.get()).get(entity)
    if code is None:
        return told
    text = render(code, object=PLURAL[entity])
    return Told(
        told.numbers,
        f"Not looked at in this run: {plain(text.sentence)} {sentence(text.fix)}",
        {"code": code, "problem": dg.MetadataValue.text(text.sentence)},
        complete=False,
    )
