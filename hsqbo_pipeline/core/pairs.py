"""A pair of master records: what each side gets, field by field, and the operations that write it.

Contacts/customers and products/items follow the same rules here; what differs (the bodies on the wire, who is asked first)
is in `core.customers` and `core.products`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.core.candidates import Candidate, label
from hsqbo_pipeline.core.conflict import DIFFERED, FieldRule, FieldVerdict, Outcome, resolve, settled
from hsqbo_pipeline.core.creations import link, numbered
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.trades import Trade
from hsqbo_pipeline.model.fields import Field, can_write, flows_to, too_long, values
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction

_SIDES = frozenset(System)


def pair_verdict(found: Candidate, trade: Trade, situation: Situation, closed: Mapping[System, str]) -> Verdict:
    """The verdict on a linked or matched pair. `closed` names the systems that a filter shuts for this pair, with the condition."""
    shut = _shut(found, trade, closed)
    if shut is not None:
        return shut
    rows = {side: found.row(side) for side in System}
    texts = {side: values(rows[side], trade.fields) for side in System}
    said = found.winner_said
    rules = [_field_rule(field, trade, rows, closed, said) for field in trade.fields]
    outcomes = _fitted(trade, resolve(rules, texts[System.HUBSPOT], texts[System.QUICKBOOKS], found.baseline))
    problem = _refused_length(found, trade, outcomes) or _refused_value(found, trade, outcomes)
    if problem is not None:
        return problem
    operations = tuple(_operations(found, trade, situation, outcomes))
    code, slots = _code(outcomes)
    settle = settled(outcomes, texts[System.HUBSPOT], texts[System.QUICKBOOKS], found.baseline)
    return found.verdict(
        code,
        slots=slots,
        reasons=tuple(_reasons(outcomes, closed)),
        operations=operations,
        candidates=_held_values(outcomes, texts),
        settle={side.value: kept for side, kept in settle.items()},
    )


def _shut(found: Candidate, trade: Trade, closed: Mapping[System, str]) -> Verdict | None:
    """A pair that no filter lets through in any direction stays linked, or unlinked, as it is: excluded (1.28, 1.32)."""
    targets = trade.direction.targets
    if not targets or not targets <= closed.keys():
        return None
    condition = next(closed[side] for side in System if side in targets)
    return found.verdict("FLT_CUSTOM", slots={"condition": condition})


def _held_values(outcomes: Sequence[FieldVerdict], texts: Mapping[System, Mapping[str, str | None]]) -> Any:
    """Both values of each field that waits for a person."""
    return tuple(
        {"field": o.name, **{side.value: texts[side].get(o.name) for side in System}}
        for o in outcomes
        if o.outcome is Outcome.HELD
    )


def _field_rule(
    field: Field,
    trade: Trade,
    rows: Mapping[System, Mapping[str, Any]],
    closed: Mapping[System, str],
    winner_said: str | None,
) -> FieldRule:
    flowing = frozenset(
        side for side in _SIDES if flows_to(field, side, trade.direction) and can_write(field, side, rows[side])
    )
    winner = field.winner or trade.winner
    return FieldRule(
        name=field.name,
        targets=flowing - closed.keys(),
        shut=flowing & closed.keys(),
        winner=winner if winner in _SIDES else winner_said or winner,
        blank_overwrites=field.blank_overwrites,
        create_only=field.create_only,
        first_link=trade.first_link,
        said=winner_said,
    )


def _bound_for_quickbooks(outcomes: Sequence[FieldVerdict]) -> dict[str, str | None]:
    return {o.name: o.value for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.QUICKBOOKS}


def _fitted(trade: Trade, outcomes: Sequence[FieldVerdict]) -> list[FieldVerdict]:
    """What QuickBooks is to get, in the form in which it takes it; HubSpot keeps its own."""
    fitted = trade.fit(_bound_for_quickbooks(outcomes))
    return [replace(o, value=fitted[o.name]) if o.to is System.QUICKBOOKS and o.name in fitted else o for o in outcomes]


def _refused_value(found: Candidate, trade: Trade, outcomes: Sequence[FieldVerdict]) -> Verdict | None:
    refused = trade.refusal(_bound_for_quickbooks(outcomes))
    return found.verdict(refused[0], slots=refused[1]) if refused else None


def _refused_length(found: Candidate, trade: Trade, outcomes: Sequence[FieldVerdict]) -> Verdict | None:
    for side in System:
        written = {o.name: o.value for o in outcomes if o.outcome is Outcome.WRITE and o.to is side}
        for field, longest in too_long([f for f in trade.fields if f.name in written], written, side):
            return found.verdict("VAL_TOO_LONG", slots={"field": field.name, "limit": longest, "system": side.value})
    return None


def _code(outcomes: Sequence[FieldVerdict]) -> tuple[str, dict[str, Any]]:
    held = [o for o in outcomes if o.outcome is Outcome.HELD]
    if held:
        return "CONF_HELD", {"fields": [o.name for o in held]}
    fought = _fought(outcomes)
    return ("CONF_BOTH_CHANGED", fought) if fought else ("OPS_UNCHANGED", {})


def _fought(outcomes: Sequence[FieldVerdict]) -> dict[str, Any]:
    """The fields that a rule settled, with the winner and what lost; nothing where none was."""
    fought = [o for o in outcomes if o.conflict and o.outcome is Outcome.WRITE]
    winner = next((o.to.other.value for o in fought if o.to), "")
    losers = {o.name: o.loser for o in fought}
    return {"fields": [o.name for o in fought], "winner": winner, "loser": losers} if fought else {}


def _reasons(outcomes: Sequence[FieldVerdict], closed: Mapping[System, str]) -> Iterable[Reason]:
    kept = [o for o in outcomes if o.outcome is Outcome.KEPT and o.reason.startswith(("edited in", DIFFERED))]
    for cause in dict.fromkeys(o.reason for o in kept):
        fields = [o.name for o in kept if o.reason == cause]
        yield Reason("REC_DRIFT", {"fields": fields, "cause": cause, "first_link": cause == DIFFERED})
    fought = _fought(outcomes)
    if fought and any(o.outcome is Outcome.HELD for o in outcomes):
        yield Reason("CONF_BOTH_CHANGED", fought)
    for side, condition in closed.items():
        yield Reason("FLT_CUSTOM", {"condition": condition, "system": side.value})


def _operations(
    found: Candidate, trade: Trade, situation: Situation, outcomes: Sequence[FieldVerdict]
) -> Iterable[Operation]:
    hubspot = [o for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.HUBSPOT]
    quickbooks = [o for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.QUICKBOOKS]
    mark = situation.mark(found.id(System.QUICKBOOKS))
    unmarked = found.row(System.HUBSPOT).get("mark") != mark
    if found.kind == "matched" or hubspot or unmarked:
        yield _update(found, trade, situation, System.HUBSPOT, hubspot, {"qbo_id": mark} if unmarked else {})
    if quickbooks:
        yield _update(found, trade, situation, System.QUICKBOOKS, quickbooks, {})


def _update(
    found: Candidate,
    trade: Trade,
    situation: Situation,
    target: System,
    writes: Sequence[FieldVerdict],
    extra: Mapping[str, Any],
) -> Operation:
    linking = found.kind == "matched" and target is System.HUBSPOT
    source = target.other
    row, payload = found.row(target), found.payloads[target]
    changed = {o.name: o.value for o in writes}
    body = {**(trade.update_body[target](changed, payload, trade.fields) if changed else {}), **extra}
    step = Step(
        number=1,
        system=target,
        object=trade.objects[target],
        action=StepAction.UPDATE,
        target=found.id(target),
        version=row.get("version"),
        body=body,
        before=before(trade.fields, changed, target, payload),
    )
    action = Action.LINK if linking else Action.UPDATE
    on_done: dict[str, Any] = (
        {"link": link(found, trade, found.id(System.HUBSPOT), found.id(System.QUICKBOOKS))} if linking else {}
    )
    source_id = found.id(source)
    return Operation(
        operation_id=numbered(trade.entity, source, source_id, action, situation),
        wave=trade.wave,
        entity=trade.entity,
        system=target,
        action=action,
        source_system=source,
        source_id=source_id,
        hubspot_id=found.ids[System.HUBSPOT],
        quickbooks_id=found.ids[System.QUICKBOOKS],
        label=label(row) or "",
        steps=(step,) if body else (),
        changes=tuple(
            FieldChange(o.name, o.loser or _now(found, trade, target, o.name), o.value, o.reason) for o in writes
        ),
        on_done=on_done,
    )


def _now(found: Candidate, trade: Trade, side: System, name: str) -> str | None:
    return values(found.row(side), trade.fields).get(name)


def before(
    fields: Sequence[Field], changed: Mapping[str, Any], target: System, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What stands now in the places about to be written, by the API's own path: the writer looks again just before it writes."""
    paths = {field.path(target) for field in fields if field.name in changed}
    return {path: at_path(payload, target, path) for path in sorted(p for p in paths if p)}


def at_path(payload: Mapping[str, Any] | None, system: System, path: str) -> str | None:
    """The text at a HubSpot property or a dotted QuickBooks path."""
    if payload is None:
        return None
    node: Any = payload.get("properties", {}) if system is System.HUBSPOT else payload
    for part in [path] if system is System.HUBSPOT else path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return None if node is None or node == "" else str(node)
