"""What is said of an invoice's header fields beside its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from hsqbo_pipeline.core.conflict import FieldVerdict, Outcome
from hsqbo_pipeline.core.decisions import Reason


def conflicts(outcomes: Sequence[FieldVerdict]) -> list[Reason]:
    """Fields that both sides changed: those held for a person, and those one side won, with the loser's values (N10)."""
    found: list[Reason] = []
    held = [o.name for o in outcomes if o.outcome is Outcome.HELD]
    if held:
        found.append(Reason("CONF_HELD", {"fields": ", ".join(held)}))
    fought = [o for o in outcomes if o.conflict and o.outcome is Outcome.WRITE and o.to is not None]
    if fought:
        loser = ", ".join(f"{o.name}: {o.loser}" for o in fought)
        winner = fought[0].to.other.value if fought[0].to else ""
        slots = {"fields": ", ".join(o.name for o in fought), "winner": winner, "loser": loser, "old": loser}
        found.append(Reason("CONF_BOTH_CHANGED", slots))
    return found
