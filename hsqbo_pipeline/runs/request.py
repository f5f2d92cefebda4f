"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Why a run was started."""

    NIGHTLY = "nightly"
    CONTINUOUS = "continuous"
    BACKFILL = "backfill"
    PLAN_ONLY = "plan_only"
    APPLY_PLAN = "apply_plan"
    SWEEP = "sweep"
    UNDO = "undo"
    ADOPT = "adopt"
    REBUILD = "rebuild"
    AUDIT = "audit"
    DOCTOR = "doctor"


@dataclass(frozen=True)
class Request:
    """One run. `from_day` and `to_day` (both inclusive, in the company's zone) name books to be looked at again.

    `approve` is None (the rules decide), 'auto' (this run's own plan is approved) or a plan's hash. `wait_for` is how many
    seconds a held run lock is waited for. Without `pages` nothing is written for people: whoever plays a scenario reads the
    state itself.
    """

    kind: Kind = Kind.NIGHTLY
    from_day: date | None = None
    to_day: date | None = None
    apply: bool = True
    approve: str | None = None
    approved_by: str = "command line"
    why: str | None = None
    wait_for: float = 0.0
    pages: bool = True

    @property
    def days(self) -> tuple[date, date] | None:
        """The books asked for; an open end reaches to the beginning or the end of time."""
        if self.from_day is None and self.to_day is None:
            return None
        return self.from_day or date.min, self.to_day or date.max
