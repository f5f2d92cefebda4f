"""Pairs of which one side is gone: told, never followed by itself and never made anew; archived only where the rules say so.

Whatever `on_deleted` says, only a record that we made ourselves is ever archived, and an item of QuickBooks never: accounts
and past documents rest on it (H24).
"""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.core.candidates import Candidate, label
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.trades import Trade
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, Operation, Step, StepAction, operation_id

ARCHIVED = "deleted"  # the reason of the tombstone that an archived record keeps


def vanished(found: Candidate, trade: Trade, situation: Situation, *, archive: bool) -> Verdict | None:
    """A linked record whose partner was deleted (A93, D90). `archive` is what `on_deleted` says."""
    if found.kind != "linked":
        return None
    side = next((side for side in System if found.rows[side] is None and found.gone[side] is not None), None)
    if side is None:
        return None
    left = found.rows[side.other]
    if left is None or not left["active"]:
        return found.verdict("FLT_INACTIVE")
    return gone_verdict(found, trade, situation, side, archive=archive)


def gone_verdict(found: Candidate, trade: Trade, situation: Situation, side: System, *, archive: bool) -> Verdict:
    """The verdict on a pair whose record on `side` is gone, or inactive for good."""
    slots: dict[str, Any] = {"system": side.value, "id": found.ids[side]}
    target = side.other
    if not archive or not _ours(found, target) or (found.entity, target) == (Entity.PRODUCT, System.QUICKBOOKS):
        return found.verdict("DEL_REMOTE_DELETED", slots=slots)
    balance = found.row(target).get("balance")
    if target is System.QUICKBOOKS and balance:
        return found.verdict("DEL_HAS_BALANCE", slots={"balance": f"{balance:.2f}"})
    return found.verdict("DEL_REMOTE_DELETED", slots=slots, operations=(_archive(found, trade, situation, target),))


def _ours(found: Candidate, target: System) -> bool:
    """Whether we made the record on `target` from its partner, and have not archived it once already."""
    return found.matched_by == "created" and found.owner is target.other and found.stones[target] is None


def _archive(found: Candidate, trade: Trade, situation: Situation, target: System) -> Operation:
    source_id, target_id = found.id(target.other), found.id(target)
    sequence = situation.sequences.get((found.entity, target.other, source_id), 0)
    row = found.row(target)
    step = Step(1, target, trade.objects[target], StepAction.ARCHIVE, {}, target=target_id, version=row.get("version"))
    stone = {
        "entity": found.entity.value,
        "system": target.value,
        "id": target_id,
        "partner_id": source_id,
        "reason": ARCHIVED,
    }
    return Operation(
        operation_id=operation_id(
            situation.company.realm, found.entity, target.other, source_id, Action.ARCHIVE.value, sequence
        ),
        wave=trade.wave,
        entity=found.entity,
        system=target,
        action=Action.ARCHIVE,
        source_system=target.other,
        source_id=source_id,
        hubspot_id=found.ids[System.HUBSPOT],
        quickbooks_id=found.ids[System.QUICKBOOKS],
        label=label(row) or "",
        steps=(step,),
        on_done={"tombstone": stone},
    )
