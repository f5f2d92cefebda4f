"""An invoice of HubSpot's with what HubSpot is still to be told; the figures wait until the payments are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.booked import untold
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.wire import hubspot_update, link_row, operation
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, LinkedId, Operation, Wave


@dataclass(frozen=True)
class Draft:
    """A verdict in the making. `figures` are QuickBooks' before this run's payments; None: nothing is told to HubSpot."""

    case: Case
    verdict: Verdict
    body: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[FieldChange] = ()
    figures: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Money:
    """What this run's payments do to one HubSpot invoice: booked in QuickBooks, and shown in HubSpot."""

    posted: Decimal = ZERO
    shown: Decimal = ZERO


def finish(draft: Draft, money_moved: Money, situation: Situation) -> Verdict:
    """The verdict with the operation that tells HubSpot the books' figures, and the warning where a credit is not shown."""
    if draft.figures is None or not situation.rules.invoices.writes_to(System.HUBSPOT):
        return _linked_silently(draft, situation)
    figures = {
        **draft.figures,
        "qbo_balance_due": money(Decimal(draft.figures["qbo_balance_due"]) - money_moved.posted),
    }
    row = draft.case.row(System.HUBSPOT)
    told = untold(row, figures)
    body = {**draft.body, **told, **_mark(draft.case, situation)}
    verdict = draft.verdict
    if draft.case.pair.kind == "matched" and money_moved.posted and "qbo_balance_due" in body:
        # The link comes before the payments, the balance after them: only then is it what the books say.
        balance = {"qbo_balance_due": body.pop("qbo_balance_due")}
        verdict = replace(verdict, operations=(*verdict.operations, _figures(draft, balance, situation)))
    if body or draft.case.pair.kind == "matched":
        verdict = replace(verdict, operations=(*verdict.operations, _telling(draft, body, situation)))
    return _credit_not_shown(draft, figures, money_moved, verdict)


def _mark(case: Case, situation: Situation) -> dict[str, Any]:
    """Our mark on the HubSpot invoice: company and invoice id, the latter perhaps not known yet."""
    quickbooks_id = case.pair.ids[System.QUICKBOOKS]
    if quickbooks_id is None:
        marker = LinkedId(Entity.INVOICE, System.QUICKBOOKS, case.pair.id(System.HUBSPOT)).as_json()
        return {"qbo_id": {**marker, "prefix": situation.mark("")}}
    mark = situation.mark(quickbooks_id)
    return {} if case.row(System.HUBSPOT)["mark"] == mark else {"qbo_id": mark}


def _telling(draft: Draft, body: Mapping[str, Any], situation: Situation) -> Operation:
    case = draft.case
    if case.pair.kind != "matched":
        return _figures(draft, body, situation, draft.changes)
    steps = [hubspot_update(case, body)] if body else []
    return operation(case, situation, System.HUBSPOT, Action.LINK, steps, changes=draft.changes, on_done=_link(case))


def _figures(
    draft: Draft, body: Mapping[str, Any], situation: Situation, changes: Sequence[FieldChange] = ()
) -> Operation:
    return operation(
        draft.case,
        situation,
        System.HUBSPOT,
        Action.UPDATE,
        [hubspot_update(draft.case, body)],
        wave=Wave.FIGURES,
        suffix="figures",
        changes=changes,
    )


def _link(case: Case) -> dict[str, Any]:
    ids = case.pair.id(System.HUBSPOT), case.pair.id(System.QUICKBOOKS)
    return {"link": link_row(case.owner, *ids, case.pair.matched_by or "number")}


def _linked_silently(draft: Draft, situation: Situation) -> Verdict:
    """A pair that was found is linked even where nothing may be written to HubSpot."""
    if draft.case.pair.kind != "matched" or draft.verdict.settle is None:
        return draft.verdict
    link = operation(draft.case, situation, System.HUBSPOT, Action.LINK, (), on_done=_link(draft.case))
    return replace(draft.verdict, operations=(*draft.verdict.operations, link))


def _credit_not_shown(draft: Draft, figures: Mapping[str, str], money_moved: Money, verdict: Verdict) -> Verdict:
    """HubSpot knows no credits: it goes on asking for money that the books have credited (1.5)."""
    row = draft.case.row(System.HUBSPOT)
    credited = Decimal(figures["qbo_credits_applied"]) + Decimal(figures["qbo_deposit"])
    asked = (row["balance"] or ZERO) - money_moved.shown
    if credited <= ZERO or row["billable"] is False or asked <= Decimal(figures["qbo_balance_due"]):
        return verdict
    slots = {"amount": credited, "balance": asked}
    if verdict.code == "OPS_UNCHANGED":
        return replace(verdict, code="PAY_CREDIT_NOT_SHOWN", slots=slots)
    return replace(verdict, reasons=(*verdict.reasons, Reason("PAY_CREDIT_NOT_SHOWN", slots)))
