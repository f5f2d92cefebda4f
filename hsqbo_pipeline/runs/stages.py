"""The stages of a run, one function each, in the order of the data. Assets and the command line call the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from hsqbo_pipeline.apply.settle import settle
from hsqbo_pipeline.apply.writer import ApplyResult, apply
from hsqbo_pipeline.core import customers, invoices, payments, products
from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.limits import reasons_to_wait
from hsqbo_pipeline.core.match import match as match_entity
from hsqbo_pipeline.core.validate import Counts
from hsqbo_pipeline.core.validate import validate as validate_entity
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.extract.lookups import look_up
from hsqbo_pipeline.extract.read import read_all
from hsqbo_pipeline.extract.windows import Reading, sweep_due
from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, Entity
from hsqbo_pipeline.model.operations import Wave, fingerprint
from hsqbo_pipeline.model.rules import Mode
from hsqbo_pipeline.runs import guards, plan_story
from hsqbo_pipeline.runs.blocked import blocked_entities, incomplete_reads
from hsqbo_pipeline.runs.late import settle_late
from hsqbo_pipeline.runs.night import Night, rules_hashes
from hsqbo_pipeline.runs.refusals import parked
from hsqbo_pipeline.runs.request import Kind
from hsqbo_pipeline.runs.situation import make_situation
from hsqbo_pipeline.store import due, plans, reads

ENTITIES = (Entity.PRODUCT, Entity.CUSTOMER, Entity.INVOICE, Entity.PAYMENT)
_PLANNERS = {
    Entity.PRODUCT: products.plan,
    Entity.CUSTOMER: customers.plan,
    Entity.INVOICE: invoices.plan,
    Entity.PAYMENT: payments.plan,
}


def read(night: Night) -> None:
    """Bring the mirror to now and find out what the rules have to look at; then settle what an earlier run left open."""
    plan_story.asked_for(night)  # a hash that names no plan is told before anything is read
    bring_to_now(night)
    night.blocked |= guards.connection(night)
    if not night.blocked and night.request.apply:
        night.progress("settle", "looking up what an earlier run left open")
        night.call(settle, night.warehouse, night.clients, night.situation)


def bring_to_now(night: Night) -> None:
    """Read what changed on either side, and put the situation together; nothing is judged yet."""
    night.progress("read", "reading both systems")
    states = reads.states(night.warehouse.con)
    reading = Reading(
        night.run_id,
        properties={name: hubspot_properties(name, night.rules) for name in HUBSPOT_OBJECTS},
        sweep=night.request.kind is Kind.SWEEP or sweep_due(states),
        definitions=night.request.kind is Kind.DOCTOR,
        hubspot_overlap=night.settings.hubspot_overlap,
        quickbooks_overlap=night.settings.quickbooks_overlap,
        counted=night.counted,
    )
    night.call(read_all, night.warehouse, night.clients, reading)
    night.warehouse.fit()
    night.blocked = incomplete_reads(night.warehouse.con, night.run_id)
    night.situation = make_situation(night)


def mark_books(night: Night) -> Mapping[tuple[date, Entity], int]:
    """Make the records of the asked days due, whatever was said of them before."""
    if night.request.days is None:
        return {}
    first, last = night.request.days
    with night.warehouse.transaction() as con:
        return due.mark_days(con, first, last, night.rules.zone, night.run_id)


def held(night: Night) -> dict[Entity, str]:
    """The entities that are not evaluated in this run, each with the code that says why."""
    return (
        blocked_entities(night.blocked) if "*" not in _systems(night) else dict.fromkeys(ENTITIES, _systems(night)["*"])
    )


def _systems(night: Night) -> dict[str, str]:
    return {name: code for (_system, name), code in night.blocked.items()}


def validate(night: Night, entity: Entity) -> Counts:
    """Typed rows from what was read; what does not fit becomes a reject."""
    situation = night.situation
    with night.warehouse.transaction() as con:
        return validate_entity(
            con, entity, night.rules, night.run_id,
            zone=situation.zone, company=situation.company, portal=situation.portal,
        )  # fmt: skip


def match(night: Night, entity: Entity) -> Mapping[str, int]:
    """Pairs; and before anything is made on the other side, that side is asked once more."""
    if entity in held(night):
        return {}
    night.progress("match", f"pairing {entity.value}s")
    kinds = match_entity(night.warehouse.con, entity, night.situation)
    changed = night.call(look_up, night.warehouse, night.clients, night.situation, entity)
    # A side that could not be asked may hold what we would make: the entity then waits for a night on which it answers.
    night.blocked |= incomplete_reads(night.warehouse.con, night.run_id)
    if changed:
        validate(night, entity)
        kinds = match_entity(night.warehouse.con, entity, night.situation)
    return kinds


def plan(night: Night, entity: Entity) -> list[Verdict]:
    """The verdict on each due record, kept with its operations as part of this run's draft."""
    if entity in held(night):
        return []
    night.progress("plan", f"planning {entity.value}s")
    with night.warehouse.transaction() as con:
        settle_late(con, entity, night.situation)
    verdicts = _PLANNERS[entity](night.warehouse.con, night.situation)
    verdicts = parked(night.warehouse.con, verdicts, night.situation)
    with night.warehouse.transaction() as con:
        plans.keep(con, night.run_id, verdicts)
    return verdicts


def close_plan(night: Night, left: Sequence[str] = ()) -> Mapping[str, Any]:
    """Seal the draft: its hash, why it waits (if it does), and the approval this run was given.

    `left` are sentences on what the plan leaves out although it was asked for.
    """
    con, situation = night.warehouse.con, night.situation
    drafted = plans.drafted(con, night.run_id)
    mode = night.rules.mode_in(night.settings.environment)
    reasons = reasons_to_wait(con, drafted, situation)
    undoing = night.request.kind is Kind.UNDO  # taking back what was written is always a person's decision
    asked = night.request.approve not in (None, "auto")  # one shown plan is to be applied, and no other
    waits = bool(drafted) and (
        mode is not Mode.AUTOMATIC or bool(reasons) or undoing or asked or not night.request.apply
    )
    inputs = inputs_hash(night)
    totals = guards.totals(drafted) | plan_story.story(night, drafted, inputs) | ({"left": list(left)} if left else {})
    with night.warehouse.transaction():
        night.plan_hash = plans.seal(
            con, night.run_id, created_at=situation.now, inputs_hash=inputs, needs_approval=waits,
            reasons=reasons, totals=totals,
        )  # fmt: skip
        _approve(night, mode)
    return plans.plan(con, night.plan_hash) or {}


def inputs_hash(night: Night) -> str:
    """What the plan was worked out from, beside its operations: the rules and the connection."""
    situation = night.situation
    return fingerprint(
        [sorted(rules_hashes(night.rules).values()), situation.company.realm, situation.portal.portal_id]
    )


def _approve(night: Night, mode: Mode) -> None:
    """A run may bring its approval along: 'auto' for its own plan, a hash for one that was shown before."""
    wanted = night.request.approve
    if wanted is None or not night.request.apply or night.plan_hash is None:
        return
    if mode is Mode.OBSERVE:
        raise ConfigurationError(
            "mode is observe: nothing is written. Set mode to ask or automatic first.", field="mode", value="observe"
        )
    if wanted == "auto" or night.plan_hash.startswith(wanted):
        plans.approve(
            night.warehouse.con, night.plan_hash, night.request.approved_by, night.situation.now, night.request.why
        )


def may_apply(night: Night) -> bool:
    """Whether this run's plan was approved, by a person or by the rules."""
    if not night.request.apply or night.plan_hash is None:
        return False
    row = plans.plan(night.warehouse.con, night.plan_hash)
    return (
        row is not None
        and row["status"] == "approved"
        and night.rules.mode_in(night.settings.environment) is not Mode.OBSERVE
    )


def apply_waves(night: Night, waves: Iterable[Wave]) -> ApplyResult | None:
    """Write the approved plan's operations of some waves; None where nothing was approved."""
    if not may_apply(night) or night.plan_hash is None:
        return None
    wanted = tuple(waves)
    result = night.call(
        lambda: apply(
            night.warehouse, night.clients, night.plan_hash or "", night.situation,
            waves=wanted, on_progress=night.progress, counted=night.counted,
        )
    )  # fmt: skip
    night.stopped |= {(system, "*"): code for system, code in result.stopped.items()}
    for entity in ENTITIES:
        validate(night, entity)
    return result
