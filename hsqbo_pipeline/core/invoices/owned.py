"""Invoices that belong to HubSpot and stand in the books: what may change there, what may not, and what flows on.

For each group of facts three values count: what HubSpot says, what the books say, and what both were settled on. Equal is
well, whoever moved (1.4). A change in HubSpot goes to the books; a change in the books that is not permitted makes the whole
invoice stand still (N15), until both sides say the same again or a person decides push, adopt or release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.conflict import FieldRule, FieldVerdict, Outcome, resolve
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.booked import figures_of, variance, without_money
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.comparison import Comparison, compare
from hsqbo_pipeline.core.invoices.drafts import Draft
from hsqbo_pipeline.core.invoices.incoming import filtered
from hsqbo_pipeline.core.invoices.items import fallback_lines
from hsqbo_pipeline.core.invoices.line_forms import as_text, edits
from hsqbo_pipeline.core.invoices.outgoing import Outbox, unmatched_warning
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.pushing import push
from hsqbo_pipeline.core.invoices.telling import conflicts
from hsqbo_pipeline.mapping.invoices import figures, hubspot_properties
from hsqbo_pipeline.model.fields import Field, field_map, flows_to, too_long, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import FieldChange

# Facts with rules of their own; everything else in the field map flows both ways.
_GUARDED = ("number", "invoice_date", "currency", "total", "balance")


def keep(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Draft:
    """The verdict on a pair that HubSpot owns."""
    refused = filtered(case, situation, System.HUBSPOT) if case.pair.kind == "linked" else None
    if refused is not None:
        return Draft(case, refused)
    found = compare(case, parents, outbox, situation)
    outbox.fallbacks.drop()
    removed = _payment_removed(case)
    still = not case.said("adopt") and (found.forbidden - ({"lines", "tax"} if case.said("push") else set()))
    if still or (removed is not None and not case.said("adopt")):
        return Draft(case, _standing_still(case, found, removed, parents))
    if found.pushed and not situation.rules.invoices.writes_to(System.QUICKBOOKS):
        # What HubSpot changed goes nowhere and settles nothing; what the books say is told all the same (1.32).
        slots = {"object": "invoices", "direction": "hubspot_to_quickbooks"}
        return Draft(case, case.verdict("FLT_DIRECTION_OFF", slots=slots), figures=figures_of(case))
    return _flow(case, found, parents, outbox, situation)


def _payment_removed(case: Case) -> Decimal | None:
    """What was posted from HubSpot and has been taken off the invoice in the books (D60)."""
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    if (booked["balance"] or ZERO) <= (row["balance"] or ZERO):
        return None
    lost = sum(((each["amount"] or ZERO) - each["applied"] for each in case.postings if each["active"]), start=ZERO)
    return lost if lost > ZERO else None


def _standing_still(case: Case, found: Comparison, removed: Decimal | None, parents: Parents) -> Verdict:
    """The whole invoice stands still; the first reason is the one that a bookkeeper would look at first."""
    told: list[Reason] = []
    edit = edits(found.hubspot.lines, found.quickbooks.lines)
    if "lines" in found.forbidden and edit.lines:
        told.append(Reason("INV_REMOTE_LINES_CHANGED", {"diff": "; ".join((*edit.lines, *edit.prices))}))
    elif "lines" in found.forbidden:
        told.append(Reason("INV_REMOTE_PRICE_CHANGED", {"diff": "; ".join(edit.prices)}))
    if "header" in found.forbidden:
        told.append(Reason("INV_REMOTE_HEADER_CHANGED", {"diff": "; ".join(_header_words(found, parents))}))
    if removed is not None:
        told.append(Reason("INV_REMOTE_PAYMENT_REMOVED", {"amount": removed}))
    if "tax" in found.forbidden:
        told.append(
            Reason(
                "INV_REMOTE_TAX_ADDED",
                {"tax": found.quickbooks.tax, "diff": f"{found.hubspot.tax} → {found.quickbooks.tax}"},
            )
        )
    return case.verdict(told[0].code, slots=told[0].slots, reasons=tuple(told[1:]))


def _header_words(found: Comparison, parents: Parents) -> list[str]:
    words = []
    if found.hubspot.customer is not None and found.hubspot.customer != found.quickbooks.customer:
        names = [
            parents.customer(System.QUICKBOOKS, each or "").name
            for each in (found.hubspot.customer, found.quickbooks.customer)
        ]
        words.append(f"{names[0]} → {names[1]}")
    for name, said, booked in (
        ("date", found.hubspot.day, found.quickbooks.day),
        ("currency", found.hubspot.currency, found.quickbooks.currency),
    ):
        if said != booked:
            words.append(f"{name} {said} → {booked}")
    return words


def _flow(case: Case, found: Comparison, parents: Parents, outbox: Outbox, situation: Situation) -> Draft:
    """Permitted changes go where they belong; HubSpot's own changes go to the books."""
    mapped = [each for each in field_map(Entity.INVOICE, situation.rules) if each.name not in _GUARDED]
    outcomes = _outcomes(case, mapped, situation)
    refused = _refused_length(case, mapped, outcomes)
    if refused is not None:
        return Draft(case, refused)
    pushed = found.pushed | (found.forbidden & {"lines", "tax"} if case.said("push") else frozenset())
    operations = push(case, found, pushed, outcomes, mapped, parents, outbox, situation)
    if isinstance(operations, Verdict):
        return Draft(case, operations)
    body, changes = _to_hubspot(outcomes, mapped, situation)
    differing = None if {"lines", "tax"} & pushed else variance(case)
    if differing is not None and case.pair.baseline is None and not case.said("adopt"):
        # Nobody has ever settled on two different sums: it fails until both sides agree, or a person adopts the books'.
        refused = case.verdict(differing.code, slots={**differing.slots, "klass": "FAILING"}, operations=operations)
        return Draft(case, refused, body, changes, _told(case, pushed))
    code, slots, reasons = _telling(case, outcomes, found, situation, differing)
    verdict = case.verdict(
        code, slots=slots, reasons=reasons, operations=operations, settle=_settle(case, found, mapped, outcomes, pushed)
    )
    return Draft(case, verdict, body, changes, _told(case, pushed))


def _told(case: Case, pushed: frozenset[str]) -> dict[str, str]:
    """The books' figures, as they will be once the lines we push stand there."""
    if not {"lines", "tax"} & pushed:
        return figures_of(case)
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    total = row["total"] or ZERO
    lowered = (booked["total"] or ZERO) - (booked["balance"] or ZERO)
    return figures(total, row["tax"] or ZERO, total - lowered, *without_money(case, lowered))


def _outcomes(case: Case, mapped: Sequence[Field], situation: Situation) -> list[FieldVerdict]:
    sides = {side: values(case.row(side), mapped) for side in System}
    rules = situation.rules.invoices
    fields = [
        FieldRule(
            name=each.name,
            targets=frozenset(side for side in System if each.path(side) and flows_to(each, side, rules.direction)),
            winner=(each.winner or rules.winner).value,
            blank_overwrites=each.blank_overwrites,
            create_only=each.create_only,
            first_link=situation.rules.first_link,
        )
        for each in mapped
    ]
    return resolve(fields, sides[System.HUBSPOT], sides[System.QUICKBOOKS], case.pair.baseline)


def _refused_length(case: Case, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict]) -> Verdict | None:
    for side in System:
        written = {o.name: o.value for o in outcomes if o.outcome is Outcome.WRITE and o.to is side}
        for each, longest in too_long([f for f in mapped if f.name in written], written, side):
            return case.verdict("VAL_TOO_LONG", slots={"field": each.name, "limit": longest})
    return None


def _to_hubspot(
    outcomes: Sequence[FieldVerdict], mapped: Sequence[Field], situation: Situation
) -> tuple[dict[str, str], list[FieldChange]]:
    writes = [o for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.HUBSPOT]
    body = hubspot_properties({o.name: o.value for o in writes}, mapped, situation.zone)
    return body, [FieldChange(o.name, o.loser, o.value, o.reason) for o in writes]


def _telling(
    case: Case,
    outcomes: Sequence[FieldVerdict],
    found: Comparison,
    situation: Situation,
    differing: Reason | None,
) -> tuple[str, Mapping[str, Any], tuple[Reason, ...]]:
    """The code of a pair that is in step, with what is worth saying about it."""
    said: list[Reason] = [differing] if differing is not None else []
    said += conflicts(outcomes)
    number, booked = case.row(System.HUBSPOT)["number"], case.row(System.QUICKBOOKS)["number"]
    if number != booked and situation.rules.invoices.number_from == "hubspot":
        said.append(Reason("INV_FINALISED_NUMBER", {"number": booked, "expected": number}))
    fallbacks = fallback_lines(case.lines[System.HUBSPOT], found.choices)
    if fallbacks:
        code, slots, more = unmatched_warning(fallbacks, situation)
        said += [Reason(code, slots), *more]
    if not said:
        return "OPS_UNCHANGED", {}, ()
    return said[0].code, said[0].slots, tuple(said[1:])


def _settle(
    case: Case, found: Comparison, mapped: Sequence[Field], outcomes: Sequence[FieldVerdict], pushed: frozenset[str]
) -> dict[str, dict[str, str | None]]:
    """The next baseline: the sides as they are, and as they will be where something is written."""
    from hsqbo_pipeline.core.conflict import settled

    sides = settled(
        outcomes,
        values(case.row(System.HUBSPOT), mapped),
        values(case.row(System.QUICKBOOKS), mapped),
        case.pair.baseline,
    )
    said, booked = found.hubspot, found.quickbooks
    hubspot = {
        "lines": case.hubspot_lines,
        "customer": said.payer,
        "invoice_date": said.day,
        "currency": said.currency,
        "tax": said.tax,
    }
    quickbooks = {
        "lines": as_text(said.lines if "lines" in pushed else booked.lines),
        "customer": said.customer if "customer" in pushed else booked.customer,
        "invoice_date": booked.day,
        "currency": booked.currency,
        "tax": said.tax if {"tax", "lines"} & pushed else booked.tax,
    }
    return {"hubspot": {**sides[System.HUBSPOT], **hubspot}, "quickbooks": {**sides[System.QUICKBOOKS], **quickbooks}}
