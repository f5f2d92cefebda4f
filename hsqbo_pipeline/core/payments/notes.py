"""Payment details on the timeline of the deals that an invoice belongs to (A2, 1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.payments.wire import NOTE_TO_DEAL, association
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.payments import note_body, note_mark
from hsqbo_pipeline.model.days import instant_of, iso
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Step, StepAction

if TYPE_CHECKING:
    from hsqbo_pipeline.core.payments.cases import Cashbox, PaymentCase


def note_steps(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> list[Step]:
    """One note per allocation and deal: made once, changed only when it says something else."""
    if not situation.rules.payments.show_on_deals or not allocation["deal_ids"]:
        return []
    if allocation["hubspot_id"] is not None and allocation["matched_by"] != "created":
        # A copy that was found again after a loss of state has its notes already; which they are is not known here.
        return []
    steps = []
    for deal in allocation["deal_ids"]:
        body = _body(case, allocation, deal, cashbox, situation)
        known = [
            each
            for each in cashbox.notes.get(_key(allocation), ())
            if _mark(allocation, deal, situation) in (each["body"] or "")
        ]
        if not known:
            steps.append(_create(case, deal, body, situation))
        elif known[-1]["body"] != body:
            changed = {"hs_note_body": body}
            steps.append(
                Step(
                    number=0,
                    system=System.HUBSPOT,
                    object="notes",
                    action=StepAction.UPDATE,
                    target=known[-1]["id"],
                    body=changed,
                )
            )
    return steps


def _key(allocation: Row) -> str:
    return f"{allocation['payment_id']}:{allocation['invoice_id']}"


def _mark(allocation: Row, deal: str, situation: Situation) -> str:
    return note_mark(situation.mark(_key(allocation)), deal)


def _body(case: PaymentCase, allocation: Row, deal: str, cashbox: Cashbox, situation: Situation) -> str:
    row = case.pair.row(System.QUICKBOOKS)
    method = cashbox.methods.get(row["method"] or "")
    mark = _mark(allocation, deal, situation)
    return note_body(
        allocation["amount"], row["currency"], row["paid_on"], allocation["number"], row["reference"], method, mark
    )


def _create(case: PaymentCase, deal: str, body: str, situation: Situation) -> Step:
    day = case.pair.row(System.QUICKBOOKS)["paid_on"]
    return Step(
        number=0,
        system=System.HUBSPOT,
        object="notes",
        action=StepAction.CREATE,
        body={"hs_timestamp": iso(instant_of(day, situation.zone)), "hs_note_body": body},
        find={"property": "hs_note_body", "value": body, "parent": ["deals", deal]},
        associations=(association("deals", deal, NOTE_TO_DEAL),),
    )
