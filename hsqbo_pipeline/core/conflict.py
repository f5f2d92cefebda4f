"""Which side's value stands, field by field: baseline against both sides.

Values are canonical text (`model.fields.values`); None is a blank. A baseline holds each side's own value as it was when
the pair was last settled, so that two spellings which people left standing (first link, a one-way field edited on its
target) are no change until somebody touches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hsqbo_pipeline.model.names import System

Values = Mapping[str, str | None]
_SIDES = frozenset(System)
# Why two values that differ are left alone: the pair was settled so, or is linked only now.
STANDING = "unchanged since both sides were settled"
DIFFERED = "differed when the two were linked"


class Outcome(StrEnum):
    """What becomes of one field."""

    AGREED = "agreed"  # nothing to write; both sides' values become the baseline
    WRITE = "write"  # `to` gets `value`
    HELD = "held"  # a person decides; the baseline stays
    KEPT = "kept"  # the sides differ and stay so: blank, or one-way field edited on its target, or first link
    SHUT = "shut"  # a filter keeps it from flowing; the baseline stays, so that it flows once the filter lets it


@dataclass(frozen=True)
class FieldRule:
    """How one field behaves for one pair."""

    name: str
    targets: frozenset[System]  # the systems this field may be written to
    shut: frozenset[System] = frozenset()  # systems it would be written to, did a filter not keep the record out
    winner: str = "quickbooks"  # hubspot | quickbooks | newest | hold
    blank_overwrites: bool = False
    create_only: bool = False
    first_link: str = "fill_blanks"  # fill_blanks | winner
    said: str | None = None  # the side whose value a person wants


@dataclass(frozen=True)
class FieldVerdict:
    """One field's outcome; `conflict` is True where both sides had changed differently."""

    name: str
    outcome: Outcome
    reason: str
    to: System | None = None
    value: str | None = None
    loser: str | None = None
    conflict: bool = False


def resolve(
    fields: Iterable[FieldRule], hubspot: Values, quickbooks: Values, baseline: Mapping[System, Values] | None
) -> list[FieldVerdict]:
    """The verdict on every field of a linked or matched pair.

    A person's answer settles the conflict it was given for; where there is none, it settles what has differed all along.
    """
    rules = list(fields)
    found = [_field(rule, hubspot.get(rule.name), quickbooks.get(rule.name), baseline) for rule in rules]
    if any(verdict.conflict for verdict in found):
        return found
    return [
        _answered(rule, verdict, {System.HUBSPOT: hubspot.get(rule.name), System.QUICKBOOKS: quickbooks.get(rule.name)})
        for rule, verdict in zip(rules, found, strict=True)
    ]


def _answered(rule: FieldRule, verdict: FieldVerdict, now: Mapping[System, str | None]) -> FieldVerdict:
    if rule.said not in _SIDES or verdict.reason not in (STANDING, DIFFERED):
        return verdict
    return replace(_by_winner(replace(rule, winner=str(rule.said)), now, conflict=False), reason="decided by a person")


def _field(
    rule: FieldRule, hubspot: str | None, quickbooks: str | None, baseline: Mapping[System, Values] | None
) -> FieldVerdict:
    if rule.create_only or hubspot == quickbooks:
        return FieldVerdict(
            rule.name, Outcome.AGREED, "same on both sides" if hubspot == quickbooks else "written at creation only"
        )
    now = {System.HUBSPOT: hubspot, System.QUICKBOOKS: quickbooks}
    if baseline is None or rule.name not in baseline[System.HUBSPOT] or rule.name not in baseline[System.QUICKBOOKS]:
        return _first_link(rule, now)
    changed = {side for side in System if now[side] != baseline[side][rule.name]}
    if not changed:
        return FieldVerdict(rule.name, Outcome.KEPT, STANDING)
    if len(changed) == 1:
        return _one_changed(rule, now, changed.pop())
    return _both_changed(rule, now)


def _first_link(rule: FieldRule, now: Mapping[System, str | None]) -> FieldVerdict:
    """A new pair has no history: blanks are filled, and differing values stay until a person or a rule says otherwise (H20)."""
    for target in System:
        if now[target] is None and now[target.other] is not None:
            if target in rule.targets:
                return FieldVerdict(rule.name, Outcome.WRITE, "filled a blank", target, now[target.other])
            if target in rule.shut:
                return FieldVerdict(rule.name, Outcome.SHUT, "blank, and kept out by a filter")
            return FieldVerdict(rule.name, Outcome.KEPT, "blank, and not written in this direction")
    if rule.first_link == "winner":
        return _by_winner(rule, now, conflict=False)
    return FieldVerdict(rule.name, Outcome.KEPT, DIFFERED)


def _one_changed(rule: FieldRule, now: Mapping[System, str | None], source: System) -> FieldVerdict:
    target = source.other
    if target in rule.shut:
        return FieldVerdict(rule.name, Outcome.SHUT, f"edited in {source}, and kept out by a filter")
    if target not in rule.targets:
        return FieldVerdict(rule.name, Outcome.KEPT, f"edited in {source}, which does not feed this field")
    if now[source] is None and not rule.blank_overwrites:
        return FieldVerdict(rule.name, Outcome.KEPT, "a blank does not overwrite")
    return FieldVerdict(rule.name, Outcome.WRITE, f"changed in {source}", target, now[source], now[target])


def _both_changed(rule: FieldRule, now: Mapping[System, str | None]) -> FieldVerdict:
    """A filter takes nobody's side: what it keeps out is not overwritten by the other side's change, unless that one wins."""
    ways = rule.targets | rule.shut
    if len(ways) == 1:
        target = next(iter(ways))
        if now[target.other] is None and not rule.blank_overwrites:
            return FieldVerdict(rule.name, Outcome.KEPT, "a blank does not overwrite")
        if target in rule.shut:
            return FieldVerdict(rule.name, Outcome.SHUT, f"edited in {target.other}, and kept out by a filter")
        return FieldVerdict(
            rule.name, Outcome.WRITE, f"{target.other} feeds this field", target, now[target.other], now[target], True
        )
    if not ways:
        return FieldVerdict(rule.name, Outcome.KEPT, "not written in either direction")
    return _by_winner(rule, now, conflict=True)


def _by_winner(rule: FieldRule, now: Mapping[System, str | None], *, conflict: bool) -> FieldVerdict:
    if rule.winner not in set(System):
        # `newest` needs a time per field on both sides, and QuickBooks gives none: a person decides.
        return FieldVerdict(rule.name, Outcome.HELD, "both sides changed; held for review", conflict=conflict)
    winner = System(rule.winner)
    target = winner.other
    if now[winner] is None and not rule.blank_overwrites:
        return FieldVerdict(rule.name, Outcome.KEPT, "a blank does not overwrite", conflict=conflict)
    if target in rule.shut:
        return FieldVerdict(rule.name, Outcome.SHUT, f"{winner} wins, and is kept out by a filter")
    if target not in rule.targets:
        return FieldVerdict(rule.name, Outcome.KEPT, f"{winner} wins, but does not feed this field")
    return FieldVerdict(
        rule.name, Outcome.WRITE, f"both sides changed; {winner} wins", target, now[winner], now[target], conflict
    )


def settled(
    verdicts: Iterable[FieldVerdict], hubspot: Values, quickbooks: Values, baseline: Mapping[System, Values] | None
) -> dict[System, dict[str, str | None]]:
    """Each side's values once every write is done: the next baseline. Held fields, and what a filter keeps out, keep the old one."""
    sides: dict[System, dict[str, str | None]] = {System.HUBSPOT: {}, System.QUICKBOOKS: {}}
    for verdict in verdicts:
        if verdict.outcome in (Outcome.HELD, Outcome.SHUT):
            if baseline is not None:
                for side in System:
                    if verdict.name in baseline[side]:
                        sides[side][verdict.name] = baseline[side][verdict.name]
            continue
        sides[System.HUBSPOT][verdict.name] = hubspot.get(verdict.name)
        sides[System.QUICKBOOKS][verdict.name] = quickbooks.get(verdict.name)
        if verdict.outcome is Outcome.WRITE and verdict.to is not None:
            sides[verdict.to][verdict.name] = verdict.value
    return sides
