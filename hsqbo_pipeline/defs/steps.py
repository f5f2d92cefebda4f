"""The steps of a run in their one order, and how an asset gets to its own.

Assets that are run together run in Dagster's order, and a person may choose only some of them. Either way the steps
behind them are taken in the order of `hsqbo_pipeline.runs.sync`: whoever asks for a step gets the earlier ones carried
out first, each once per run. Only reading and deciding are made up for; writing is done by the asset that is asked to.
"""

from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.defs.night_resource import Done, LazyNight
from hsqbo_pipeline.defs.planned import planned
from hsqbo_pipeline.model.names import Entity

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

READ, BOOKS, SEAL = "read", "books", "seal"
_ENTITIES = (Entity.PRODUCT, Entity.CUSTOMER, Entity.INVOICE, Entity.PAYMENT)


def validate(entity: Entity) -> str:
    """The step that makes typed rows."""
    return f"validate {entity.value}"


def match(entity: Entity) -> str:
    """The step that makes pairs."""
    return f"match {entity.value}"


def plan(entity: Entity) -> str:
    """The step that makes verdicts and operations."""
    return f"plan {entity.value}"


VALIDATED = validate(_ENTITIES[-1])
ORDER = (
    READ,
    *(validate(entity) for entity in _ENTITIES),
    BOOKS,
    *(step(entity) for entity in _ENTITIES for step in (match, plan)),
    SEAL,
)


def reach(lazy: LazyNight, step: str) -> Done:
    """What `step` answered in this run, after everything before it. Raises the errors of the stages."""
    for each in ORDER[: ORDER.index(step) + 1]:
        if each not in lazy.done:
            lazy.done[each] = timed(lazy, _work(each))
    return lazy.done[step]


def timed(lazy: LazyNight, work: "Callable[[Night], Any]") -> Done:
    """Carry out a piece of work with the open night."""
    began = perf_counter()
    answer = work(lazy.get())
    return Done(answer, round(perf_counter() - began, 2))


def _work(step: str) -> "Callable[[Night], Any]":
    from hsqbo_pipeline.runs import stages

    if step == READ:
        return stages.read
    if step == BOOKS:
        return stages.mark_books
    if step == SEAL:
        return stages.close_plan
    stage, _, name = step.partition(" ")
    entity = Entity(name)
    if stage == "validate":
        return lambda night: asdict(stages.validate(night, entity))
    if stage == "match":
        return lambda night: stages.match(night, entity)
    return lambda night: planned(stages.plan(night, entity))
