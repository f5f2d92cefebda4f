"""Invoices that belong to QuickBooks: made in HubSpot as mirrors, and kept saying what the books say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.conflict import FieldRule, FieldVerdict, Outcome, resolve
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.booked import (
    FIGURE_COLUMNS,
    Payer,
    figures_of,
    mirror_fields,
    payer_of,
    refusal,
    variance,
)
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.mirror_lines import Wanted, adjustment_steps, creation_steps, line_work, wanted_lines
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.wire import (
    FIRST,
    INVOICE_TO_COMPANY,
    INVOICE_TO_CONTACT,
    association,
    hubspot_update,
    link_row,
    operation,
)
from hsqbo_pipeline.mapping.invoices import hubspot_properties
from hsqbo_pipeline.mapping.lines import discounts, money
from hsqbo_pipeline.model.fields import Field, flows_to, too_long, values
from hsqbo_pipeline.model.names import Entity, System
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
        associations=_parties(payer, parents, situation),
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


def _parties(payer: Payer, parents: Parents, situation: Situation) -> tuple[Mapping[str, Any], ...]:
    """The invoice's contact, and the contact's primary company, once (A40, 1.18)."""
    if situation.rules.customers.bill == "companies":
        return (association("companies", payer.standing.reference(), INVOICE_TO_COMPANY),)
    contact = parents.row(Entity.CUSTOMER, System.HUBSPOT, payer.standing.partner) or _matched_contact(payer, parents)
    company = contact.get("company_id") if contact else None
    found = [association("contacts", payer.standing.reference(), INVOICE_TO_CONTACT)]
    if company:
        found.append(association("companies", company, INVOICE_TO_COMPANY))
    return tuple(found)


def _matched_contact(payer: Payer, parents: Parents) -> Mapping[str, Any] | None:
    """The contact that this run is about to link with the customer."""
    found = parents.matched.get(payer.standing.id)
    return parents.row(Entity.CUSTOMER, System.HUBSPOT, found)


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
    steps += _moved(case, payer, parents, situation)
    steps += [*work.steps, *adjustment_steps(case, case.pair.id(System.HUBSPOT))]
    changes = [FieldChange(o.name, o.loser, o.value, o.reason) for o in outcomes if o.outcome is Outcome.WRITE]
    operations = _linking(case, situation, steps, [*changes, *work.changes])
    row = case.row(System.QUICKBOOKS)
    tax = row["tax"] or ZERO
    if work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax != (row["total"] or ZERO):
        slots = {"sum": work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax, "total": row["total"]}
        return case.verdict("INV_SUM_MISMATCH", slots=slots, operations=operations)
    drifted = [o.name for o in outcomes if o.outcome is Outcome.KEPT and o.reason.startswith("edited in")] + list(
        work.drifted
    )
    if case.row(System.HUBSPOT)["status"] == "voided":
        drifted.append("status")
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {o.name: (o.value if o.outcome is Outcome.WRITE else hubspot.get(o.name)) for o in outcomes}
    settle = _settle(case, mapped, wanted, payer, kept)
    if not drifted:
        return case.verdict("OPS_UNCHANGED", operations=operations, settle=settle)
    slots = {"klass": "WARNING", "field": ", ".join(drifted), "system": "hubspot", "owner": "quickbooks"}
    reasons = (
        Reason("REC_DRIFT", {"fields": ", ".join(drifted), "cause": "changed in hubspot, which does not feed it"}),
    )
    return case.verdict("DIR_NOT_OWNER", slots=slots, reasons=reasons, operations=operations, settle=settle)


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
    changes = [FieldChange(o.name, o.loser, o.value, o.reason) for o in chosen if o.outcome is Outcome.WRITE]
    operations = _linking(case, situation, [hubspot_update(case, body)] if body else [], changes)
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {
        o.name: (o.value if o.outcome is Outcome.WRITE and o.name in names else hubspot.get(o.name)) for o in outcomes
    }
    differing = variance(case) or Reason("OPS_UNCHANGED")
    settle = _settle(case, mapped, [], payer, kept)
    return case.verdict(differing.code, slots=differing.slots, operations=operations, settle=settle)


def _outcomes(case: Case, mapped: Sequence[Field], situation: Situation) -> list[FieldVerdict]:
    """Header fields, one way: from the books to the mirror."""
    sides = {side: values(case.row(side), mapped) for side in System}
    direction = situation.rules.invoices.direction
    rules = [
        FieldRule(
            name=each.name,
            targets=frozenset({System.HUBSPOT})
            if flows_to(each, System.HUBSPOT, direction) and each.hubspot
            else frozenset(),
            winner="quickbooks",
            blank_overwrites=each.blank_overwrites,
            create_only=each.create_only,
            first_link="winner" if case.pair.matched_by == "mark" else situation.rules.first_link,
        )
        for each in mapped
    ]
    return resolve(rules, sides[System.HUBSPOT], sides[System.QUICKBOOKS], case.pair.baseline)


def _body(
    case: Case, payer: Payer, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict], situation: Situation
) -> dict[str, str]:
    """Properties of the mirror that are not what they should be."""
    written = {o.name: o.value for o in outcomes if o.outcome is Outcome.WRITE}
    body = hubspot_properties(written, mapped, situation.zone)
    row, quickbooks = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    for name, text in figures_of(case).items():
        if row[FIGURE_COLUMNS[name]] != Decimal(text):
            body[name] = text
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


def _moved(case: Case, payer: Payer, parents: Parents, situation: Situation) -> list[Step]:
    """The mirror follows CustomerRef and the family's nearest contact: the new one is put on it, the old one taken off
    (N11, H22). Whom people have put on it beside stays.
    """
    companies = situation.rules.customers.bill == "companies"
    kind, type_id, column = (
        ("companies", INVOICE_TO_COMPANY, "company_ids")
        if companies
        else ("contacts", INVOICE_TO_CONTACT, "contact_ids")
    )
    there = list(case.row(System.HUBSPOT)[column] or [])
    partner = payer.standing.partner or parents.matched.get(payer.standing.id)
    before = (case.pair.baseline or {}).get(System.QUICKBOOKS, {})
    same_customer = before.get("customer") == case.row(System.QUICKBOOKS)["customer_id"]
    same_contact = before.get("contact") in (payer.key, f"of:{payer.standing.id}")
    if before and same_customer and same_contact:
        return []
    invoice = case.pair.id(System.HUBSPOT)
    steps = []
    if partner not in there:
        steps.append(_party(StepAction.ASSOCIATE, invoice, kind, payer.standing.reference(), type_id))
    left = [] if not before else there if not same_customer else [_contact_before(before, parents)]
    steps += [
        _party(StepAction.DISSOCIATE, invoice, kind, old, type_id) for old in there if old in left and old != partner
    ]
    return steps


def _contact_before(before: Mapping[str, str | None], parents: Parents) -> str | None:
    """Whom we had put on the mirror: a contact, or the one that a customer had just got then."""
    said = before.get("contact") or ""
    customer = said.removeprefix("of:")
    return parents.customer(System.QUICKBOOKS, customer).partner if customer != said else said


def _party(action: StepAction, invoice: str, kind: str, other: Any, type_id: int) -> Step:
    return Step(
        number=0,
        system=System.HUBSPOT,
        object="invoices",
        action=action,
        target=invoice,
        body=association(kind, other, type_id),
    )


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
