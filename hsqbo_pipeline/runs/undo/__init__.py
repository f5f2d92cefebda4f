"""Taking a run back: a plan of its own, to approve like any other, from what the run wrote and what stood there before.

What was made is voided, deactivated or archived and leaves a tombstone, so that the next night does not make it again.
What was changed is put back where nobody has touched it since; the two sides then differ as they did before, and stay so
until somebody edits one of them. What can't be taken back is refused with the reason (H6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.model.operations import Action, Wave
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.runs.undo.made import SQL
from hsqbo_pipeline.runs.undo.reversal import reversal
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import due, plans


def undo(
    settings: Settings, rules: Rules, run: str, request: Request, *, progress: Callable[[str, str], None] | None = None
) -> Ended:
    """Plan the reversal of a run (its number or id) and, where the request approves it, carry it out."""
    with open_night(settings, rules, request, progress=progress) as night:
        stages.read(night)
        for entity in stages.ENTITIES:
            stages.validate(night, entity)
        run_id = _run_id(night, run)
        verdicts = list(reversal(night, run_id))
        _keep(night, verdicts)
        stages.close_plan(night, left=[*_left(verdicts), *_kept(night, run_id)])
        stages.apply_waves(night, tuple(Wave))
        ending.settle_states(night)
        # No proof: what else has changed meanwhile is looked at by the next night, and proved there.
        return ending.end(night)


def _keep(night: Night, verdicts: Sequence[Verdict]) -> None:
    """The report of this run tells what is refused; the next night looks at all of it anew, approved or not."""
    with night.warehouse.transaction() as con:
        plans.keep(con, night.run_id, verdicts)
        for one in verdicts:
            for side, found in one.covers:
                ids = [found.partition(":")[0]]  # a share's record is its payment
                due.mark(con, one.entity, side, ids, reason="decision", run_id=night.run_id)


def _left(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What is refused, with the reason."""
    for one in verdicts:
        if not one.operations:
            changed = (
                f"somebody has changed {', '.join(one.slots['fields'])} since." if one.code == "CONF_HELD" else None
            )
            yield f"not undone: {one.entity.value} {one.label or ''}: {changed or render(one.code, **one.slots).sentence}"


def _kept(night: Night, run_id: str) -> Iterator[str]:
    """What the run did that has no way back, or needs none."""
    for row in SQL.rows(night.warehouse.con, "undo_kept", run_id=run_id):
        why = "it follows its source" if row["action"] == Action.UPDATE else "it has no way back"
        yield f"not undone: {row['action']} {row['entity']} {row['label'] or ''} in {row['system']}: {why}"


def _run_id(night: Night, run: str) -> str:
    found = SQL.rows(night.warehouse.con, "run_named", run=run)
    if not found:
        raise ConfigurationError(f"There is no run {run}. `hsqbo status` shows the last one.", field="run", value=run)
    return str(found[0]["run_id"])
