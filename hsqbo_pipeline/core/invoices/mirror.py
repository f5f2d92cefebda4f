"""Invoices that belong to QuickBooks: made in HubSpot as mirrors, and kept saying what the books say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.core.conflict import FieldRule, FieldVerdict, Outcome, resolve
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.booked import (
    Payer,
    figures_of,
    mirror_fields,
    payer_of,
    refusal,
    untold,
    variance,
)
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.mirror_lines import (
    LineWork,
    Wanted,
    adjustment_steps,
    creation_steps,
    line_work,
    wanted_lines,
)
from hsqbo_pipeline.core.invoices.mirror_parties import moved, parties
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.pushing import push_fields
from hsqbo_pipeline.core.invoices.telling import conflicts
from hsqbo_pipeline.core.invoices.wire import (
    FIRST,
    hubspot_update,
    link_row,
    operation,
)
from hsqbo_pipeline.mapping.invoices import hubspot_properties
from hsqbo_pipeline.mapping.lines import discounts, money
from hsqbo_pipeline.model.fields import Field, flows_to, too_long, values
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction


def create(case: Case, parents: Parents, situation: Situation) -> Verdict:
    """A new mirror: the invoice, then its lines, discount and tax."""
    payer = payer_of(case, parents)
    refused = refusal(case, parents, situation)
    if refused is not None or isinstance(payer, Verdict):
        return refused or payer  # type: ignore[return-value]
    row = case.row(System.QUICKBOOKS)
    mapped = mirror_fields(situation)
    texts = values(row, mapped)
    for field, longest in too_long(mapped, texts, System.HUBSPOT):
        return case.verdict("VAL_TOO_LONG", slots={"field": field.name, "limit": longest, "n": longest})
    sent = {
        field.name: texts[field.name]
        for field in mapped
        if texts[field.name] is not None and _shown_in_hubspot(field, situation)
    }
    wanted = wanted_lines(case, parents, situation)
    quickbooks_id = case.pair.id(System.QUICKBOOKS)
    body = {
        **hubspot_properties(sent, mapped, situation.zone),
        **figures_of(case),
        "hs_invoice_billable": "false",
        "hs_invoice_status": row["status"],
        "hs_amount_billed": money(row["total"] or ZERO),
        "qbo_id": situation.mark(quickbooks_id),
        **_optional({"qbo_job": payer.job, "qbo_backfill": situation.backfill}),
    }
    first = Step(
        number=0,
        system=System.HUBSPOT,
        object="invoices",
        action=StepAction.CREATE,
        body=body,
        find={"property": "qbo_id", "value": situation.mark(quickbooks_id), "parent": None},
        associations=parties(payer, parents, situation),
    )
    made = operation(
        case,
        situation,
        System.HUBSPOT,
        Action.CREATE,
        [first, *creation_steps(case, wanted)],
        changes=[FieldChange(name, None, text, "new") for name, text in sent.items()],
        on_done={"link": link_row(System.QUICKBOOKS, FIRST, quickbooks_id, "created")},
    )
    settle = _settle(case, mapped, wanted, payer, {})
    return case.verdict("OPS_UNCHANGED", operations=(made,), settle={**settle, "hubspot": texts})


def _optional(pairs: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in pairs.items() if value}


def _shown_in_hubspot(field: Field, situation: Situation) -> bool:
    return field.hubspot is not None and (
        field.create_only or flows_to(field, System.HUBSPOT, situation.rules.invoices.direction)
    )


def _settle(
    case: Case, mapped: Sequence[Field], wanted: Sequence[Wanted], payer: Payer, kept: Mapping[str, str | None]
) -> dict[str, dict[str, str | None]]:
    """QuickBooks' side of the next baseline; lines, customer and contact are remembered beside the mapped fields."""
    row = case.row(System.QUICKBOOKS)
    texts: dict[str, str | None] = dict(values(row, mapped))
    texts |= {each.key: each.text for each in wanted}
    texts |= {"customer": row["customer_id"], "contact": payer.key}
    return {"hubspot": {**texts, **kept}, "quickbooks": texts}


def update(case: Case, parents: Parents, situation: Situation) -> Verdict:
    """A mirror that exists: whatever the books changed is changed, line by line; what people edited there is told."""
    payer = payer_of(case, parents)
    refused = refusal(case, parents, situation)
    refused = refused or _other_currency(case)
    if refused is not None or isinstance(payer, Verdict):
        return refused or payer  # type: ignore[return-value]
    mapped = mirror_fields(situation)
    wanted = wanted_lines(case, parents, situation)
    outcomes = _outcomes(case, mapped, situation)
    if case.row(System.HUBSPOT)["billable"] is not False:
        return _billed_there(case, payer, mapped, outcomes, situation)
    work = line_work(case, wanted)
    body = _body(case, payer, mapped, outcomes, situation)
    steps: list[Step] = [hubspot_update(case, body)] if body else []
    steps += moved(case, payer, parents, situation)
    steps += [*work.steps, *adjustment_steps(case, case.pair.id(System.HUBSPOT))]
    operations = _linking(case, situation, steps, [*_changes(outcomes), *work.changes])
    row = case.row(System.QUICKBOOKS)
    tax = row["tax"] or ZERO
    if work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax != (row["total"] or ZERO):
        slots = {"sum": work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax, "total": row["total"]}
        return case.verdict("INV_SUM_MISMATCH", slots=slots, operations=operations)
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {o.name: (o.value if _shown(o) else hubspot.get(o.name)) for o in outcomes}
    settle = _settle(case, mapped, wanted, payer, kept)
    return _with_permitted(case, mapped, outcomes, _telling(case, outcomes, work, operations, settle), situation)


def _changes(outcomes: Sequence[FieldVerdict]) -> list[FieldChange]:
    return [FieldChange(o.name, o.loser, o.value, o.reason) for o in outcomes if _shown(o)]


def _shown(outcome: FieldVerdict) -> bool:
    """Whether the mirror is told a value."""
    return outcome.outcome is Outcome.WRITE and outcome.to is System.HUBSPOT


def _telling(
    case: Case,
    outcomes: Sequence[FieldVerdict],
    work: LineWork,
    operations: tuple[Operation, ...],
    settle: dict[str, dict[str, str | None]],
) -> Verdict:
    """In step, with what people changed on the mirror although it is not theirs to change (1.21)."""
    drifted = [o.name for o in outcomes if o.outcome is Outcome.KEPT and o.reason.startswith("edited in")]
    drifted += work.drifted
    if case.row(System.HUBSPOT)["status"] == "voided":
        drifted.append("status")
    if not drifted:
        return case.verdict("OPS_UNCHANGED", operations=operations, settle=settle)
    slots = {"klass": "WARNING", "field": ", ".join(drifted), "system": "hubspot", "owner": "quickbooks"}
    reasons = (
        Reason("REC_DRIFT", {"fields": ", ".join(drifted), "cause": "changed in hubspot, which does not feed it"}),
    )
    return case.verdict("DIR_NOT_OWNER", slots=slots, reasons=reasons, operations=operations, settle=settle)


def _with_permitted(
    case: Case, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict], verdict: Verdict, situation: Situation
) -> Verdict:
    """The same with what may flow from a mirror into the books, where the rules name such fields (A49)."""
    rules = situation.rules.invoices
    allowed = rules.allow_fields_to_not_owner if rules.writes_to(System.QUICKBOOKS) else ()
    pushed = push_fields(case, outcomes, mapped, situation)
    if isinstance(pushed, Verdict):
        return replace(pushed, operations=verdict.operations)
    booked = {o.name: o.value for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.QUICKBOOKS}
    settle = {
        side.value: {**(verdict.settle or {})[side.value], **booked, **_held(case, outcomes, side)} for side in System
    }
    told = [*verdict.reasons, *conflicts([o for o in outcomes if o.name in allowed])]
    if verdict.code == "OPS_UNCHANGED" and told:
        verdict = replace(verdict, code=told[0].code, slots=told[0].slots)
        told = told[1:]
    return replace(verdict, operations=(*verdict.operations, *pushed), settle=settle, reasons=tuple(told))


def _held(case: Case, outcomes: Sequence[FieldVerdict], side: System) -> dict[str, str | None]:
    """What a person has still to decide stays as it was settled last."""
    before = (case.pair.baseline or {}).get(side, {})
    return {o.name: before[o.name] for o in outcomes if o.outcome is Outcome.HELD and o.name in before}


def _other_currency(case: Case) -> Verdict | None:
    """A document keeps the currency it was made in (N12): the books' moved to another customer's, and the mirror can't follow."""
    shown, booked = (case.row(side)["currency"] for side in (System.HUBSPOT, System.QUICKBOOKS))
    if shown == booked:
        return None
    slots = {"currency": booked, "holder": "the HubSpot invoice", "expected": shown}
    return case.verdict("CUR_MISMATCH", slots=slots)


def _billed_there(
    case: Case, payer: Payer, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict], situation: Situation
) -> Verdict:
    """An invoice that HubSpot bills itself although the books own it (released, or made by another sync).

    HubSpot lets nobody change its lines, total or status; it shows the books' figures and what else may be changed.
    """
    open_fields = [each for each in mapped if each.name in ("due_date", "memo") or each.custom]
    names = {each.name for each in open_fields}
    chosen = [o for o in outcomes if o.name in names]
    body = _body(case, payer, open_fields, chosen, situation)
    body = {
        name: text for name, text in body.items() if name not in ("hs_amount_billed", "hs_invoice_status", "qbo_job")
    }
    operations = _linking(case, situation, [hubspot_update(case, body)] if body else [], _changes(chosen))
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {o.name: (o.value if _shown(o) and o.name in names else hubspot.get(o.name)) for o in outcomes}
    differing = variance(case) or Reason("OPS_UNCHANGED")
    settle = _settle(case, mapped, [], payer, kept)
    found = case.verdict(differing.code, slots=differing.slots, operations=operations, settle=settle)
    return _with_permitted(case, mapped, chosen, found, situation)


def _outcomes(case: Case, mapped: Sequence[Field], situation: Situation) -> list[FieldVerdict]:
    """Header fields, one way: from the books to the mirror. Those that the rules name flow back as well (A49)."""
    sides = {side: values(case.row(side), mapped) for side in System}
    rules = [
        FieldRule(
            name=each.name,
            targets=_targets(each, situation),
            winner=_winner(each, situation),
            blank_overwrites=each.blank_overwrites,
            create_only=each.create_only,
            first_link="winner" if case.pair.matched_by == "mark" else situation.rules.first_link,
        )
        for each in mapped
    ]
    return resolve(rules, sides[System.HUBSPOT], sides[System.QUICKBOOKS], case.pair.baseline)


def _winner(field: Field, situation: Situation) -> str:
    rules = situation.rules.invoices
    return (field.winner or rules.winner).value if field.name in rules.allow_fields_to_not_owner else "quickbooks"


def _targets(field: Field, situation: Situation) -> frozenset[System]:
    rules = situation.rules.invoices
    open_sides = {System.HUBSPOT, *(System if field.name in rules.allow_fields_to_not_owner else ())}
    return frozenset(s for s in open_sides if field.path(s) and flows_to(field, s, rules.direction))


def _body(
    case: Case, payer: Payer, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict], situation: Situation
) -> dict[str, str]:
    """Properties of the mirror that are not what they should be."""
    written = {o.name: o.value for o in outcomes if _shown(o)}
    body = hubspot_properties(written, mapped, situation.zone)
    row, quickbooks = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    body |= untold(row, figures_of(case))
    if row["total"] != quickbooks["total"]:
        body["hs_amount_billed"] = money(quickbooks["total"] or ZERO)
    if row["status"] != quickbooks["status"] and row["status"] != "voided":
        body["hs_invoice_status"] = quickbooks["status"]
    mark = situation.mark(case.pair.id(System.QUICKBOOKS))
    if row["mark"] != mark:
        body["qbo_id"] = mark
    properties = (case.pair.payloads[System.HUBSPOT] or {}).get("properties", {})
    if (properties.get("qbo_job") or None) != payer.job:
        body["qbo_job"] = payer.job or ""
    return body


def _linking(
    case: Case, situation: Situation, steps: Sequence[Step], changes: Sequence[FieldChange]
) -> tuple[Operation, ...]:
    """One operation for all of it; a pair that was only found is linked by it."""
    if case.pair.kind == "linked" and not steps:
        return ()
    action = Action.UPDATE if case.pair.kind == "linked" else Action.LINK
    on_done: dict[str, Any] = {}
    if case.pair.kind != "linked":
        ids = case.pair.id(System.HUBSPOT), case.pair.id(System.QUICKBOOKS)
        on_done = {"link": link_row(case.owner, *ids, case.pair.matched_by or "number")}
    return (operation(case, situation, System.HUBSPOT, action, steps, changes=changes, on_done=on_done),)
