"""Operations under way: how far each has come, and the single requests that are next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hsqbo_pipeline.apply.references import Reference, filled, references
from hsqbo_pipeline.apply.run import Key, Run
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import LinkedId, Operation, Step
from hsqbo_pipeline.store import journal
from hsqbo_pipeline.store.plans import Done


@dataclass
class Task:
    """One operation on its way. `ids` are what its steps made or changed; `done` the numbers of confirmed steps.

    `lost` are steps whose answer is missing: nothing more of the operation is sent until they are found. `related` are
    QuickBooks invoices whose balance its steps move.
    """

    operation: Operation
    plan_hash: str
    ids: dict[int, str] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    answers: dict[int, Record] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    related: set[str] = field(default_factory=set)
    stale: int = 0
    linked: bool = False
    status: str = "planned"
    code: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether this call is through with it."""
        return self.status != "planned"

    @property
    def complete(self) -> bool:
        """Whether every step is confirmed."""
        return len(self.done) == len(self.operation.steps)

    def end(self, status: str, code: str | None = None, slots: Mapping[str, Any] | None = None) -> None:
        """Give it its end. The first reason stays: what follows from it says less."""
        if not self.ended:
            self.status, self.code, self.slots = status, code, dict(slots or {})

    def as_done(self) -> Done:
        """The row that says what became of it."""
        return Done(self.operation.operation_id, self.status, self.code, self.slots)

    def next_steps(self) -> list[Step]:
        """The steps that may go out together: what comes next, and its neighbours of the same kind."""
        left = [step for step in self.operation.steps if step.number not in self.done]
        if not left or self.lost:
            return []
        first = left[0]
        kind = (first.system, first.object, first.action)
        for place, step in enumerate(left):
            if (step.system, step.object, step.action) != kind:
                return left[:place]
        return left

    @property
    def makes(self) -> set[Key]:
        """The references that its success answers: (entity, system, id on the other system)."""
        row, entity = self.operation.on_done.get("link") or {}, self.operation.entity
        ids = {System.QUICKBOOKS: row.get("hubspot_id"), System.HUBSPOT: row.get("quickbooks_id")}
        return {(entity, system, of) for system, of in ids.items() if isinstance(of, str)}


@dataclass
class Entry:
    """One request with every reference filled in. `current` is its target as just read; `seen` its values of then."""

    task: Task
    step: Step
    body: dict[str, Any]
    target: str | None = None
    find: dict[str, Any] | None = None
    associations: tuple[dict[str, Any], ...] = ()
    current: Mapping[str, Any] | None = None
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def write_id(self) -> str:
        """Its name in the journal."""
        return journal.write_id(self.task.operation.operation_id, self.step.number)


def entry_of(run: Run, task: Task, step: Step) -> tuple[Entry, list[Reference]]:
    """The request a step makes now, and the references nobody can answer yet."""

    def find(reference: Reference) -> str | None:
        if isinstance(reference, LinkedId):
            return run.partner(reference)
        return task.ids.get(reference.step)

    parts = filled([step.target, step.body, step.find, list(step.associations)], find)
    target, body, found_by, associations = parts
    entry = Entry(task, step, dict(body), target, found_by, tuple(associations))
    entry.find = _with_parent(entry)
    return entry, list(references(parts))


def _with_parent(entry: Entry) -> dict[str, Any] | None:
    """A creation without a parent of its own is looked for among what it was associated with."""
    find = dict(entry.find) if entry.find else None
    if find is None or entry.step.system is not System.HUBSPOT or find.get("parent") or not entry.associations:
        return find
    first = entry.associations[0]
    return {**find, "parent": [first["to_object"], first["to_id"]]}


def wanted_partners(tasks: Iterable[Task]) -> list[Key]:
    """Every link that the tasks' references ask for."""
    return [
        (reference.entity, reference.system, reference.of)
        for task in tasks
        for step in task.operation.steps
        for reference in references(
            [step.target, step.body, step.find, list(step.associations), task.operation.on_done]
        )
        if isinstance(reference, LinkedId)
    ]


def take_up(task: Task, entries: Iterable[Row]) -> None:
    """Let a task know what the journal says of it: what is confirmed is never sent again, what is open is not either.

    An answer to a request of another plan under the same name is none of this one: the plan did not know of it, so it is
    made anew.
    """
    for entry in entries:
        step = int(entry["step"])
        if entry["status"] in ("confirmed", "refused") and entry["plan"] != task.plan_hash:
            task.end("set_aside", "INV_STALE_VERSION", {"system": task.operation.system.value})
        elif entry["status"] == "confirmed":
            task.done.add(step)
            if entry["target_id"]:
                task.ids[step] = str(entry["target_id"])
        elif entry["status"] in ("intended", "uncertain"):
            task.lost.add(step)
        elif entry["status"] == "refused":
            task.end("refused", entry["code"])
