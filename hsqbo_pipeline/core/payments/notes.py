"""Payment details on the timeline of the deals that an invoice belongs to (A2, 1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.associations import association
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.payments.wire import NOTE_TO_DEAL
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.payments import deal_of_note, note_body, note_mark
from hsqbo_pipeline.model.days import instant_of, iso
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Step, StepAction

if TYPE_CHECKING:
    from hsqbo_pipeline.core.payments.cases import Cashbox, PaymentCase


@dataclass(frozen=True)
class Note:
    """A note of ours that stands on a deal, as we wrote it last."""

    id: str
    deal: str
    body: str


def standing_notes(written: Iterable[Row]) -> list[Note]:
    """The notes of an allocation that were not archived, from our own writes in their order."""
    found: dict[str, Note] = {}
    for row in written:
        if row["action"] == "archive":
            found.pop(row["id"], None)
        elif row["body"] and (deal := deal_of_note(row["body"])) is not None:
            found[row["id"]] = Note(row["id"], deal, row["body"])
    return list(found.values())


def note_steps(
    case: PaymentCase, allocation: Row, notes: Sequence[Note], cashbox: Cashbox, situation: Situation
) -> list[Step]:
    """One note per allocation and deal: made once, changed only when it says something else, gone with the deal."""
    if not situation.rules.payments.show_on_deals:
        return []
    if allocation["hubspot_id"] is not None and allocation["matched_by"] != "created":
        # A copy that was found again after a loss of state has its notes already; which they are is not known here.
        return []
    wanted = allocation["deal_ids"] or []
    steps = [archived(each) for each in notes if each.deal not in wanted]
    for deal in wanted:
        body = _body(case, allocation, deal, cashbox, situation)
        known = next((each for each in notes if each.deal == deal), None)
        if known is None:
            steps.append(_create(case, deal, body, situation))
        elif known.body != body:
            steps.append(_note(StepAction.UPDATE, known.id, {"hs_note_body": body}))
    return steps


def archived(note: Note) -> Step:
    """The end of a note whose payment, or whose deal's invoice, is no more."""
    return _note(StepAction.ARCHIVE, note.id, {})


def _note(action: StepAction, target: str, body: dict[str, str]) -> Step:
    return Step(number=0, system=System.HUBSPOT, object="notes", action=action, target=target, body=body)


def _body(case: PaymentCase, allocation: Row, deal: str, cashbox: Cashbox, situation: Situation) -> str:
    row = case.pair.row(System.QUICKBOOKS)
    method = cashbox.methods.get(row["method"] or "")
    mark = note_mark(situation.mark(f"{allocation['payment_id']}:{allocation['invoice_id']}"), deal)
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
