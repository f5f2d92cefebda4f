"""What a copy hangs on in HubSpot: the invoice it stands for and that invoice's deals, whatever was moved there (N1, 1.2)."""

from __future__ import annotations

from collections.abc import Sequence

from hsqbo_pipeline.core.associations import association, tie
from hsqbo_pipeline.core.payments.notes import Note
from hsqbo_pipeline.core.payments.wire import PAYMENT_TO_DEAL, PAYMENT_TO_INVOICE
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.operations import Step, StepAction


def tie_steps(allocation: Row, notes: Sequence[Note]) -> list[Step]:
    """A copy that somebody took off its invoice, or put on another one, goes back; deals follow the invoice.

    A deal that a person put the payment on beside those stays: only where we have told of the payment does it go.
    """
    steps = []
    invoice, there = allocation["standing_invoice"], allocation["copy_invoices"]
    if invoice is not None:
        if invoice not in there:
            steps.append(_tie(allocation, StepAction.ASSOCIATE, "invoices", invoice, PAYMENT_TO_INVOICE))
        others = [each for each in there if each != invoice]
        steps += [_tie(allocation, StepAction.DISSOCIATE, "invoices", each, PAYMENT_TO_INVOICE) for each in others]
    wanted, there = allocation["deal_ids"] or [], allocation["copy_deals"]
    new = [each for each in wanted if each not in there]
    left = [each.deal for each in notes if each.deal in there and each.deal not in wanted]
    steps += [_tie(allocation, StepAction.ASSOCIATE, "deals", each, PAYMENT_TO_DEAL) for each in new]
    steps += [_tie(allocation, StepAction.DISSOCIATE, "deals", each, PAYMENT_TO_DEAL) for each in dict.fromkeys(left)]
    return steps


def _tie(allocation: Row, action: StepAction, kind: str, other: str, type_id: int) -> Step:
    return tie(action, "commerce_payments", allocation["hubspot_id"], association(kind, other, type_id))
