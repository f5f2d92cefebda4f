"""One run, headless: the stages in order. Dagster's assets call the same stages one by one."""

from __future__ import annotations

from collections.abc import Callable

from hsqbo_pipeline.apply.writer import ApplyResult
from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.settings import Settings


def sync(
    settings: Settings,
    rules: Rules,
    request: Request,
    *,
    progress: Callable[[str, str], None] | None = None,
    counted: Counted = unwatched,
    clock: Clock | None = None,
) -> Ended:
    """Read, validate, match, plan, and (if approved) apply; then tell. Raises ConfigurationError and PipelineError only."""
    with open_night(settings, rules, request, progress=progress, counted=counted, clock=clock) as night:
        stages.read(night)
        decide(night)
        stages.close_plan(night)
        write(night)
        ending.prove(night)
        return ending.end(night)


def decide(night: Night) -> None:
    """Everything between the reads and the sealed plan."""
    for entity in stages.ENTITIES:
        stages.validate(night, entity)
    stages.mark_books(night)
    for entity in stages.ENTITIES:
        stages.match(night, entity)
        stages.plan(night, entity)


def write(night: Night) -> None:
    """Carry the plan out, wave by wave, if it was approved; then give every record its state."""
    finish_writing(night, stages.apply_waves(night, tuple(Wave)))


def finish_writing(night: Night, result: ApplyResult | None) -> None:
    """After the last wave: every record's state, and one more look at what was set aside."""
    ending.settle_states(night)
    if result is not None:
        second_look(night, result)


def second_look(night: Night, result: ApplyResult) -> None:
    """What somebody changed between our look and our write was set aside: it is planned anew once, in the same run.

    Not where QuickBooks worked a tax out anew: then no invoice is changed any more in this run (H14).
    """
    own_plan = night.request.approve in (None, "auto")
    if result.stopped or result.tax_recalculated or not own_plan or not result.total("set_aside"):
        return
    decide(night)
    stages.close_plan(night)
    stages.apply_waves(night, tuple(Wave))
    ending.settle_states(night)
