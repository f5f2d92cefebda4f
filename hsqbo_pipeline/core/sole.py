"""Values that one record alone may hold (a contact's e-mail, an item's name): who wants somebody else's is held back.

Either system would refuse such a write. Asked here it costs no request, names the holder, and is asked anew each night, so
that it heals once the holder lets go (N17). One who lets go within the same plan is in nobody's way: the writer has him go
first. Records that would exchange their values in a circle wait for a person, each naming the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.exchanges import Move, order
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Operation, Step, StepAction


@dataclass(frozen=True)
class Sole:
    """Where such a value stands: an object of a system, and the path in bodies and pre-images. `key` makes spellings one."""

    system: System
    object: str
    path: str
    key: Callable[[str], str]


@dataclass(frozen=True)
class Keeper:
    """Who has a value: a record of `system`; the source, where this plan is only making the record."""

    system: System
    id: str


@dataclass(frozen=True)
class _Wish:
    text: str
    takes: str
    leaves: str | None
    id: str | None  # of the record that is to get the value; None where it is yet to be made
    named: Keeper
    label: str


# The verdict with what it says instead: (verdict, the value it wants, who has it).
Told = Callable[[Verdict, str, Keeper], Verdict]


def wanted(verdicts: Sequence[Verdict], sole: Sole) -> list[str]:
    """The keys of all values that these verdicts want to give away."""
    return sorted({wish.takes for _place, wish in _wishes(verdicts, sole)})


def held_back(
    verdicts: Sequence[Verdict], sole: Sole, holders: Mapping[str, Sequence[str]], told: Told
) -> list[Verdict]:
    """The verdicts, in their order; whoever cannot have what it wants writes nothing. `holders`: key -> ids of who has it."""
    wishes = dict(_wishes(verdicts, sole))
    stopped: dict[int, Keeper] = {}
    while found := dict(_refused(wishes, stopped, sole, holders)):
        stopped |= found
    changed = list(verdicts)
    for place, holder in stopped.items():
        changed[place] = told(_silent(verdicts[place]), wishes[place].text, holder)
    for place, other in _circling(wishes, stopped):
        wish = wishes[place]
        slots = {"id": wish.id or wish.named.id, "holder": other.label}
        changed[place] = replace(_silent(verdicts[place]), code="ID_LINK_CLAIMED", slots=slots)
    return changed


def _silent(verdict: Verdict) -> Verdict:
    return replace(verdict, operations=(), settle=None)


def _wishes(verdicts: Sequence[Verdict], sole: Sole) -> Iterator[tuple[int, _Wish]]:
    for place, verdict in enumerate(verdicts):
        for operation in verdict.operations:
            for step in operation.steps:
                if (wish := _wish(operation, step, sole)) is not None:
                    yield place, wish


def _wish(operation: Operation, step: Step, sole: Sole) -> _Wish | None:
    text: Any = step.body.get(sole.path)
    if (step.system, step.object) != (sole.system, sole.object) or not isinstance(text, str) or not text:
        return None
    if step.action not in (StepAction.CREATE, StepAction.UPDATE):
        return None
    target = step.target if isinstance(step.target, str) else None
    before = step.before.get(sole.path)
    named = Keeper(sole.system, target) if target else Keeper(operation.source_system, operation.source_id)
    return _Wish(text, sole.key(text), sole.key(str(before)) if before else None, target, named, operation.label)


def _refused(
    wishes: Mapping[int, _Wish], stopped: Mapping[int, Keeper], sole: Sole, holders: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, Keeper]]:
    """Whose value stands with somebody who keeps it, or goes to somebody who came first."""
    going = {place: wish for place, wish in wishes.items() if place not in stopped}
    leaves = {wish.id: wish.leaves for wish in going.values() if wish.id and wish.leaves != wish.takes}
    given: dict[str, Keeper] = {}
    for place, wish in going.items():
        keeps = (one for one in holders.get(wish.takes, ()) if one != wish.id and leaves.get(one) != wish.takes)
        holder = next((Keeper(sole.system, one) for one in keeps), None) or given.get(wish.takes)
        if holder is not None:
            yield place, holder
        else:
            given[wish.takes] = wish.named


def _circling(wishes: Mapping[int, _Wish], stopped: Mapping[int, Keeper]) -> Iterator[tuple[int, _Wish]]:
    moves = [
        Move(str(place), frozenset({(wish.takes,)}), frozenset({(wish.leaves,)} if wish.leaves else ()))
        for place, wish in wishes.items()
        if place not in stopped
    ]
    for circle in order(moves).circles:
        for at, name in enumerate(circle):
            yield int(name), wishes[int(circle[(at + 1) % len(circle)])]
