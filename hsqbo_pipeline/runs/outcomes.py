"""A verdict and what became of its operations, laid together: the one state each record ends the run in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.model.codes import CODES, Class, State

# Warnings that tell of an event: they hold for the run that saw it (N10), the record itself is in step.
EVENTS = ("CONF_BOTH_CHANGED", "REC_DRIFT", "ID_MERGED_AWAY")

# What the verdict's operations did, from the worst outcome to the best.
_DETAILS = {"create": "created", "update": "updated", "link": "linked", "void": "voided", "archive": "archived"}


@dataclass(frozen=True)
class Outcome:
    """A record's state with its reason. `settled` tells that all was written as decided, so that the baseline may move."""

    state: State
    klass: Class
    code: str
    slots: Mapping[str, Any]
    detail: str
    settled: bool
    refused: bool = False


def outcome(verdict: Mapping[str, Any], plan_hash: str | None) -> Outcome:
    """The state of a row of `outcomes.sql`."""
    operations: Sequence[Mapping[str, Any]] = verdict["operations"]
    for status, default in _WORST_FIRST:
        for operation in operations:
            if operation["status"] == status:
                code = operation["code"] or default
                slots = {"plan": (plan_hash or "")[:12], **_json(operation["slots"])}
                return _of(code, slots, detail=status, settled=False, refused=status == "refused")
    return _of(verdict["code"], _json(verdict["slots"]), detail=_detail(operations), settled=True)


_WORST_FIRST = (
    ("refused", "SYS_UNMAPPED_ERROR"),
    ("uncertain", "SYS_OUTCOME_UNCERTAIN"),
    ("waiting", "INV_WAITING_PARENT"),
    ("set_aside", "INV_STALE_VERSION"),
    ("planned", "OPS_AWAITING_APPROVAL"),
)


def _of(code: str, slots: Mapping[str, Any], *, detail: str, settled: bool, refused: bool = False) -> Outcome:
    entry = CODES.get(code) or CODES["SYS_UNMAPPED_ERROR"]
    return Outcome(entry.state_of(slots), entry.klass_of(slots), entry.name, slots, detail, settled, refused)


def _detail(operations: Sequence[Mapping[str, Any]]) -> str:
    for action in ("create", "void", "archive", "update", "link"):
        if any(operation["action"] == action for operation in operations):
            return _DETAILS[action]
    return "unchanged"


def _json(text: Any) -> dict[str, Any]:
    if not text:
        return {}
    parsed = json.loads(text) if isinstance(text, str) else text
    return dict(parsed)
