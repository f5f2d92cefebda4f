"""What sets two plans apart, in sentences a person can check: asked when an approval no longer fits, or a plan waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from hsqbo_pipeline.model.operations import FieldChange, Operation

LISTED = 20
_SYSTEMS = {"hubspot": "HubSpot", "quickbooks": "QuickBooks"}
_Key = tuple[str, str, str, str, str, str]


def plan_changes(before: Sequence[Operation], now: Sequence[Operation], limit: int = LISTED) -> list[str]:
    """A sentence for each operation that is gone, new or different; after `limit` of them, how many more there are."""
    told = list(_told(before, now))
    return told if len(told) <= limit else [*told[:limit], f"and {len(told) - limit:,} more"]


def _told(before: Sequence[Operation], now: Sequence[Operation]) -> Iterator[str]:
    shown, planned = _by_key(before), _by_key(now)
    for key, olds in shown.items():
        news = planned.get(key, [])
        for old, new in zip(olds, news, strict=False):
            difference = _difference(old, new)
            if difference:
                yield f"different: {_name(old)}: {difference}"
        for old in olds[len(news) :]:
            yield f"no longer to do: {_name(old)}"
    for key, news in planned.items():
        for new in news[len(shown.get(key, [])) :]:
            yield f"new: {_name(new)}"


def _by_key(operations: Sequence[Operation]) -> dict[_Key, list[Operation]]:
    found: dict[_Key, list[Operation]] = defaultdict(list)
    for one in operations:
        key = (
            one.wave.value,
            one.entity.value,
            one.system.value,
            one.action.value,
            one.source_system.value,
            one.source_id,
        )
        found[key].append(one)
    return found


def _name(one: Operation) -> str:
    amount = f" over {one.amount} {one.currency or ''}".rstrip() if one.amount is not None else ""
    return f"{one.action.value} {one.entity.value} {one.label or one.source_id} in {_SYSTEMS[one.system.value]}{amount}"


def _difference(old: Operation, new: Operation) -> str:
    said = [
        *(
            [f"{old.amount} {old.currency or ''} is now {new.amount} {new.currency or ''}"]
            if (old.amount, old.currency) != (new.amount, new.currency)
            else []
        ),
        *_fields(old.changes, new.changes),
    ]
    if said:
        return ", ".join(said)
    return "" if _bodies(old) == _bodies(new) else "what would be sent has changed"


def _fields(old: Sequence[FieldChange], new: Sequence[FieldChange]) -> Iterator[str]:
    before, now = {one.field: one for one in old}, {one.field: one for one in new}
    for field in dict.fromkeys((*before, *now)):
        was, is_ = before.get(field), now.get(field)
        if was is None or is_ is None:
            yield f"{field} {'is changed too' if was is None else 'is left as it is'}"
        elif (was.before, was.after) != (is_.before, is_.after):
            yield f"{field} {_step(was)} is now {_step(is_)}"


def _step(change: FieldChange) -> str:
    return f"'{change.before or ''}' to '{change.after or ''}'"


def _bodies(one: Operation) -> list[object]:
    """What is sent; the versions it was worked out against move by themselves."""
    return [(step.object, step.action, step.target, step.body, step.associations) for step in one.steps]
