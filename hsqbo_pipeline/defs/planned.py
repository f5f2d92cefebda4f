"""What planning an entity came to, in figures: the verdicts themselves stay in the warehouse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsqbo_pipeline.model.codes import CODES, UNCHANGED
from hsqbo_pipeline.reports.markdown import plain, table
from hsqbo_pipeline.reports.words import change

if TYPE_CHECKING:
    from hsqbo_pipeline.core.decisions import Verdict
    from hsqbo_pipeline.model.operations import Operation

SHOWN = 10  # operations on the asset's page; the plan has them all
_STATES = {"FAILING": "failing", "EXCLUDED": "excluded", "WAITING": "waiting"}


@dataclass(frozen=True)
class Planned:
    """Steady numbers, and the first operations as people read them: (action, system, record, changes)."""

    numbers: dict[str, int]
    first: tuple[tuple[str, str, str, str], ...]

    @property
    def summary(self) -> str:
        """In one line, as the page shows it without a click."""
        found = self.numbers
        return (
            f"{found['evaluated']:,} records looked at: {found['to_create']:,} to create, {found['to_update']:,} to update, "
            f"{found['unchanged']:,} unchanged, {found['failing']:,} failing, {found['excluded']:,} excluded."
        )

    @property
    def first_operations(self) -> str:
        """A markdown table; '' for none."""
        return table(("action", "in", "record", "changes"), self.first) if self.first else ""


def planned(verdicts: "Sequence[Verdict]") -> Planned:
    """The figures of some verdicts."""
    operations = [operation for verdict in verdicts for operation in verdict.operations]
    actions = Counter(operation.action.value for operation in operations)
    ends = Counter(_state(verdict) for verdict in verdicts)
    numbers = {
        "evaluated": len(verdicts),
        "to_create": actions["create"],
        "to_update": actions["update"],
        "to_link": actions["link"],
        "to_void_or_archive": actions["void"] + actions["archive"],
        "unchanged": sum(not verdict.operations and verdict.code == UNCHANGED for verdict in verdicts),
        **{name: ends[name] for name in _STATES.values()},
        "dagster/row_count": len(operations),
    }
    return Planned(numbers, tuple(_shown(operation) for operation in operations[:SHOWN]))


def _state(verdict: "Verdict") -> str:
    code = CODES.get(verdict.code)
    return _STATES.get(code.state_of(verdict.slots).value, "in_sync") if code else "failing"


def _shown(operation: "Operation") -> tuple[str, str, str, str]:
    changes = "; ".join(change(each.field, each.before, each.after) for each in operation.changes[:6])
    record = plain(operation.label or operation.source_id, 80)
    return operation.action.value, operation.system.value, record, plain(changes, 2000)
