"""Values that only one record may hold, changing hands: whoever lets go of one goes first, and who goes in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """What one operation does to unique values."""

    name: str
    takes: frozenset[Value] = frozenset()
    leaves: frozenset[Value] = frozenset()


@dataclass(frozen=True)
class Order:
    """`after` names, for an operation, those that must be done first; `circles` are operations nobody can order."""

    after: Mapping[str, frozenset[str]] = field(default_factory=dict)
    circles: tuple[tuple[str, ...], ...] = ()


def order(moves: Sequence[Move]) -> Order:
    """Who has to wait for whom. In a circle each member is followed by the one whose value it wants."""
    leaving: dict[Value, set[str]] = {}
    for move in moves:
        for value in move.leaves - move.takes:
            leaving.setdefault(value, set()).add(move.name)
    wants = {
        move.name: {holder for value in move.takes - move.leaves for holder in leaving.get(value, ())} - {move.name}
        for move in moves
    }
    circles = _circles(wants)
    inside = {name for circle in circles for name in circle}
    after = {name: frozenset(holders) for name, holders in wants.items() if holders and name not in inside}
    return Order(after, tuple(circles))


def _circles(wants: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The circles among the wishes, none sharing a member with another."""
    left = {name: set(holders) for name, holders in wants.items() if holders}
    found: list[tuple[str, ...]] = []
    while True:
        _drop_free(left)
        if not left:
            return found
        circle = _one_circle(left)
        found.append(circle)
        for name in circle:
            del left[name]


def _drop_free(left: dict[str, set[str]]) -> None:
    """Forget those who want nothing of anybody still there: sooner or later it is their turn."""
    while free := [name for name, holders in left.items() if not holders & left.keys()]:
        for name in free:
            del left[name]


def _one_circle(left: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Everybody here wants something of somebody here, so whoever follows the wishes comes by a name twice."""
    path: list[str] = []
    at = min(left)
    while at not in path:
        path.append(at)
        at = min(left[at] & left.keys())
    return tuple(path[path.index(at) :])
