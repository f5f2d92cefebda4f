"""How far a stage has come, for whoever watches: (stage, what, done, total); the total is None where nobody knows it."""

from __future__ import annotations

from collections.abc import Callable

Counted = Callable[[str, str, int, int | None], None]


def unwatched(_stage: str, _what: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""
