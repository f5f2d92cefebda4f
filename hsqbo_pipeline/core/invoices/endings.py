"""Voided and deleted invoices (N7): what follows on the other side, and what is only told. Nothing comes back from the dead."""

from __future__ import annotations

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices import guards
from hsqbo_pipeline.core.invoices.booked import untold
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.wire import hubspot_update, link_row, operation
from hsqbo_pipeline.mapping.invoices import figures
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction

VOIDED = "voided"


def ending(case: Case, situation: Situation) -> Verdict | None:
    """The verdict on a pair of which one side is voided or gone; None where both are alive."""
    hubspot, quickbooks = case.pair.rows[System.HUBSPOT], case.pair.rows[System.QUICKBOOKS]
    if hubspot is None:
        return case.verdict("DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": case.pair.ids[System.HUBSPOT]})
    if quickbooks is None:
        return _deleted_in_the_books(case, situation)
    if quickbooks["status"] == VOIDED:
        return _voided_in_the_books(case, situation)
    if hubspot["status"] == VOIDED and case.owner is System.HUBSPOT:
        return _voided_in_hubspot(case, situation)
    return None


def unreadable(case: Case) -> bool:
    """Whether a side is neither there nor known to be gone: its reject says why, and speaks for the pair."""
    return any(
        case.pair.ids[side] is not None and case.pair.rows[side] is None and case.pair.gone[side] is None
        for side in System
    )


def _deleted_in_the_books(case: Case, situation: Situation) -> Verdict:
    slots = {"system": "quickbooks", "id": case.pair.ids[System.QUICKBOOKS]}
    follows = situation.rules.invoices.deleted_in_quickbooks == "void_mirror"
    operations = _void_mirror(case, situation) if case.owner is System.QUICKBOOKS and follows else ()
    return case.verdict("DEL_REMOTE_DELETED", slots=slots, operations=operations)


def _voided_in_the_books(case: Case, situation: Situation) -> Verdict:
    if case.owner is System.QUICKBOOKS:
        return case.verdict("DEL_VOIDED", operations=_void_mirror(case, situation))
    if case.row(System.HUBSPOT)["status"] == VOIDED:
        return case.verdict("OPS_UNCHANGED", operations=_figures_only(case, situation))
    return case.verdict("DEL_VOIDED", slots={"owner": "hubspot"})


def _nothing_owed(case: Case) -> dict[str, str]:
    """The figures of a document that counts no more, as far as HubSpot shows others."""
    return untold(case.row(System.HUBSPOT), figures(ZERO, ZERO, ZERO))


def _void_mirror(case: Case, situation: Situation) -> tuple[Operation, ...]:
    """The mirror is voided too; its lines and total stay, as a voided document of HubSpot's own keeps them."""
    row = case.row(System.HUBSPOT)
    if not situation.rules.invoices.writes_to(System.HUBSPOT) or row["billable"] is not False:
        return ()
    body = _nothing_owed(case)
    changes = []
    if row["status"] != VOIDED:
        body["hs_invoice_status"] = VOIDED
        changes = [FieldChange("status", row["status"], VOIDED, "voided or deleted in quickbooks")]
    return _hubspot_operation(case, situation, body, changes, Action.VOID)


def _figures_only(case: Case, situation: Situation) -> tuple[Operation, ...]:
    if not situation.rules.invoices.writes_to(System.HUBSPOT):
        return ()
    return _hubspot_operation(case, situation, _nothing_owed(case), [], Action.UPDATE)


def _hubspot_operation(
    case: Case, situation: Situation, body: dict[str, str], changes: list[FieldChange], action: Action
) -> tuple[Operation, ...]:
    matched = case.pair.kind == "matched"
    if not body and not matched:
        return ()
    ids = case.pair.id(System.HUBSPOT), case.pair.id(System.QUICKBOOKS)
    on_done = {"link": link_row(case.owner, *ids, case.pair.matched_by or "mark")} if matched else {}
    steps = [hubspot_update(case, body)] if body else []
    return (
        operation(case, situation, System.HUBSPOT, action, steps, suffix="figures", changes=changes, on_done=on_done),
    )


def _voided_in_hubspot(case: Case, situation: Situation) -> Verdict:
    """A void in QuickBooks silently un-applies payments and changes filed figures: only unpaid and in an open period (H12)."""
    booked, rules = case.row(System.QUICKBOOKS), situation.rules.invoices
    if rules.voided_in_hubspot == "report" or not rules.writes_to(System.QUICKBOOKS):
        return case.verdict(
            "REC_DRIFT",
            slots={"cause": "hubspot does not feed it", "fields": "status: voided in HubSpot, open in QuickBooks"},
        )
    applied = (booked["total"] or ZERO) - (booked["balance"] or ZERO)
    if applied:
        return case.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": applied})
    closed = guards.period(case, situation, booked["invoice_date"])
    if closed is not None:
        return closed
    earlier = guards.earlier_year(booked["invoice_date"], situation)
    if earlier is not None and not case.said("push"):
        return case.verdict("PER_PRIOR_YEAR", slots=earlier)
    step = Step(
        number=1,
        system=System.QUICKBOOKS,
        object="Invoice",
        action=StepAction.VOID,
        body={},
        target=case.pair.id(System.QUICKBOOKS),
        version=booked.get("version"),
        before={"Balance": str(booked["balance"]), "TotalAmt": str(booked["total"])},
    )
    changes = [FieldChange("status", booked["status"], VOIDED, "voided in hubspot")]
    void = operation(case, situation, System.QUICKBOOKS, Action.VOID, [step], changes=changes)
    return case.verdict("OPS_UNCHANGED", operations=(void, *_figures_only(case, situation)))
