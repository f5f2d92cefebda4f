"""Invoices that belong to QuickBooks: made in HubSpot as mirrors, and kept saying what the books say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.conflict import FieldRule, FieldVerdict, Outcome, resolve
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.mirror_lines import Wanted, adjustment_steps, creation_steps, line_work, wanted_lines
from hsqbo_pipeline.core.invoices.parents import Parents, Standing
from hsqbo_pipeline.core.invoices.wire import (
    FIRST,
    INVOICE_TO_COMPANY,
    INVOICE_TO_CONTACT,
    association,
    hubspot_update,
    link_row,
    operation,
)
from hsqbo_pipeline.mapping.invoices import figures, hubspot_properties
from hsqbo_pipeline.mapping.lines import charges, discounts, is_negative, money
from hsqbo_pipeline.model.fields import Field, field_map, flows_to, too_long, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction

FIGURE_COLUMNS = {"qbo_total": "qbo_total", "qbo_tax": "qbo_tax", "qbo_balance_due": "qbo_balance", "qbo_credits_applied": "qbo_credits"}


@dataclass(frozen=True)
class Payer:
    """The contact (or company) that a QuickBooks invoice goes to in HubSpot, and the job it is for."""

    standing: Standing
    job: str | None

    @property
    def key(self) -> str:
        """Whose invoice it is, as the baseline remembers it."""
        return self.standing.partner or f"of:{self.standing.id}"


def mirror_fields(situation: Situation) -> tuple[Field, ...]:
    """The mapped header fields; a number that the books changed is shown changed, as the books own it."""
    mapped = field_map(Entity.INVOICE, situation.rules)
    return tuple(replace(each, create_only=False) if each.name == "number" else each for each in mapped if not each.compared_only)


def payer_of(case: Case, parents: Parents) -> Payer | Verdict:
    """The nearest of the customer and its ancestors that HubSpot knows (N11)."""
    customer = case.row(System.QUICKBOOKS)["customer_id"]
    family = list(parents.lineage(customer)) if customer else []
    for standing in family:
        if standing.reachable:
            job = family[0].row.get("display_name") if standing is not family[0] or family[0].row.get("parent_id") else None
            return Payer(standing, job)
    trouble = next((standing for standing in family if standing.failing), None)
    if trouble is not None:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": trouble.name, "reason": trouble.code})
    name = family[0].name if family else "none"
    return case.verdict("INV_CUSTOMER_UNRESOLVED", slots={"contact": name})


def refusal(case: Case, parents: Parents, situation: Situation) -> Verdict | None:
    """Why a QuickBooks invoice can't be shown in HubSpot exactly as it is."""
    row, lines = case.row(System.QUICKBOOKS), case.lines[System.QUICKBOOKS]
    if row["currency"] and row["currency"] not in situation.portal.currencies:
        slots = {"currency": row["currency"], "holder": "the HubSpot portal", "expected": ", ".join(situation.portal.currencies)}
        return case.verdict("CUR_MISMATCH", slots=slots)
    tax, total = row["tax"] or ZERO, row["total"] or ZERO
    if row["tax_mode"] == "TaxInclusive" and tax:
        return case.verdict("TAX_POLICY_MISSING", slots={"short": "amounts include tax"})
    for number, line in enumerate(lines, 1):
        if is_negative(line):
            return case.verdict("INV_LINE_NEGATIVE", slots={"line": number, "amount": money(line["amount"])})
    failing = _failing_item(lines, parents)
    if failing is not None:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": failing.name, "reason": failing.code})
    # HubSpot adds up what it shows: each line to the cent, less the discount, plus the tax.
    shown = sum((Decimal(money(line["amount"])) for line in lines if line["kind"] in ("item", "shipping") and line["amount"]), start=ZERO)
    added = charges(lines) - discounts(lines) + tax
    if added != total or shown - discounts(lines) + tax != total:
        return case.verdict("INV_SUM_MISMATCH", slots={"sum": added, "total": total})
    return _unattributed(case)


def _failing_item(lines: Sequence[Mapping[str, Any]], parents: Parents) -> Standing | None:
    for line in lines:
        if line["item_id"]:
            standing = parents.product(System.QUICKBOOKS, line["item_id"])
            if standing.failing and not standing.reachable:
                return standing
    return None


def _unattributed(case: Case) -> Verdict | None:
    """Every cent by which the balance is below the total has a reason, or the invoice is not believed (H10)."""
    row = case.row(System.QUICKBOOKS)
    total, balance = row["total"] or ZERO, row["balance"] or ZERO
    deposit = ZERO if "deposit" in case.reductions else row["deposit"] or ZERO
    rest = total - balance - deposit - sum(case.reductions.values(), start=ZERO)
    if rest == 0 or (rest > 0 and _has_other_links(row)):
        return None
    slots = {"klass": "FAILING", "difference": rest, "found": balance, "expected": balance + rest}
    return case.verdict("REC_TOTAL_VARIANCE", slots=slots)


def _has_other_links(row: Mapping[str, Any]) -> bool:
    """Whether something other than a payment hangs on the invoice; journal entries show no amount there."""
    text = row["linked_txns"]
    return bool(text) and any(word in str(text) for word in ("JournalEntry", "CreditMemo", "Expense", "Check", "CreditCardCredit", "Deposit"))


def figures_of(case: Case, posted: Decimal = ZERO) -> dict[str, str]:
    """QuickBooks' figures of an invoice, with what this run is about to post on it taken off the balance."""
    row = case.row(System.QUICKBOOKS)
    total, balance = row["total"] or ZERO, row["balance"] or ZERO
    credits = total - balance - case.reductions.get("cash", ZERO)
    return figures(total, row["tax"] or ZERO, balance - posted, max(credits, ZERO) if row["status"] != "voided" else ZERO)


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
    sent = {field.name: texts[field.name] for field in mapped if texts[field.name] is not None and _shown_in_hubspot(field, situation)}
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
        on_done={"link": link_row(case, System.QUICKBOOKS, FIRST, quickbooks_id, "created")},
    )
    settle = _settle(case, mapped, wanted, payer, {})
    return case.verdict("OPS_UNCHANGED", operations=(made,), settle={**settle, "hubspot": texts})


def _optional(pairs: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in pairs.items() if value}


def _shown_in_hubspot(field: Field, situation: Situation) -> bool:
    return field.hubspot is not None and (field.create_only or flows_to(field, System.HUBSPOT, situation.rules.invoices.direction))


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
    steps += _moved(case, payer, situation)
    steps += [*work.steps, *adjustment_steps(case, case.pair.id(System.HUBSPOT))]
    changes = [FieldChange(o.name, o.loser, o.value, o.reason) for o in outcomes if o.outcome is Outcome.WRITE]
    operations = _linking(case, situation, steps, [*changes, *work.changes])
    row = case.row(System.QUICKBOOKS)
    tax = row["tax"] or ZERO
    if work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax != (row["total"] or ZERO):
        slots = {"sum": work.shown - discounts(case.lines[System.QUICKBOOKS]) + tax, "total": row["total"]}
        return case.verdict("INV_SUM_MISMATCH", slots=slots, operations=operations)
    drifted = [o.name for o in outcomes if o.outcome is Outcome.KEPT and o.reason.startswith("edited in")] + list(work.drifted)
    if case.row(System.HUBSPOT)["status"] == "voided":
        drifted.append("status")
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {o.name: (o.value if o.outcome is Outcome.WRITE else hubspot.get(o.name)) for o in outcomes}
    settle = _settle(case, mapped, wanted, payer, kept)
    if not drifted:
        return case.verdict("OPS_UNCHANGED", operations=operations, settle=settle)
    slots = {"klass": "WARNING", "field": ", ".join(drifted), "system": "hubspot", "owner": "quickbooks"}
    reasons = (Reason("REC_DRIFT", {"fields": ", ".join(drifted), "system": "hubspot"}),)
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
    body = {name: text for name, text in body.items() if name not in ("hs_amount_billed", "hs_invoice_status", "qbo_job")}
    changes = [FieldChange(o.name, o.loser, o.value, o.reason) for o in chosen if o.outcome is Outcome.WRITE]
    operations = _linking(case, situation, [hubspot_update(case, body)] if body else [], changes)
    hubspot = values(case.row(System.HUBSPOT), mapped)
    kept = {o.name: (o.value if o.outcome is Outcome.WRITE and o.name in names else hubspot.get(o.name)) for o in outcomes}
    return case.verdict("OPS_UNCHANGED", operations=operations, settle=_settle(case, mapped, [], payer, kept))


def _outcomes(case: Case, mapped: Sequence[Field], situation: Situation) -> list[FieldVerdict]:
    """Header fields, one way: from the books to the mirror."""
    sides = {side: values(case.row(side), mapped) for side in System}
    direction = situation.rules.invoices.direction
    rules = [
        FieldRule(
            name=each.name,
            targets=frozenset({System.HUBSPOT}) if flows_to(each, System.HUBSPOT, direction) and each.hubspot else frozenset(),
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


def _moved(case: Case, payer: Payer, situation: Situation) -> list[Step]:
    """The mirror follows CustomerRef: the new contact is put on it, the old one taken off (N11, H22)."""
    companies = situation.rules.customers.bill == "companies"
    kind, type_id, column = ("companies", INVOICE_TO_COMPANY, "company_ids") if companies else ("contacts", INVOICE_TO_CONTACT, "contact_ids")
    there = list(case.row(System.HUBSPOT)[column] or [])
    partner = payer.standing.partner
    before = (case.pair.baseline or {}).get(System.QUICKBOOKS, {})
    same_customer = before.get("customer") == case.row(System.QUICKBOOKS)["customer_id"]
    same_contact = before.get("contact") in (payer.key, f"of:{payer.standing.id}")
    if partner in there or (before and same_customer and same_contact):
        return []
    invoice = case.pair.id(System.HUBSPOT)
    steps = [_party(StepAction.ASSOCIATE, invoice, kind, payer.standing.reference(), type_id)]
    if before and not same_customer:
        steps += [_party(StepAction.DISSOCIATE, invoice, kind, old, type_id) for old in there]
    return steps


def _party(action: StepAction, invoice: str, kind: str, other: Any, type_id: int) -> Step:
    return Step(
        number=0, system=System.HUBSPOT, object="invoices", action=action, target=invoice, body=association(kind, other, type_id)
    )


def _linking(case: Case, situation: Situation, steps: Sequence[Step], changes: Sequence[FieldChange]) -> tuple[Operation, ...]:
    """One operation for all of it; a pair that was only found is linked by it."""
    if case.pair.kind == "linked" and not steps:
        return ()
    action = Action.UPDATE if case.pair.kind == "linked" else Action.LINK
    on_done: dict[str, Any] = {}
    if case.pair.kind != "linked":
        ids = case.pair.id(System.HUBSPOT), case.pair.id(System.QUICKBOOKS)
        on_done = {"link": link_row(case, case.owner, *ids, case.pair.matched_by or "number")}
    return (operation(case, situation, System.HUBSPOT, action, steps, changes=changes, on_done=on_done),)
