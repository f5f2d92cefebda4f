"""What confirmed steps make of our state: links, ended pairs, tombstones, and operations that come to their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.apply.comparison import same
from hsqbo_pipeline.apply.references import Reference, filled, references
from hsqbo_pipeline.apply.run import TAX, Run
from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import StepId
from hsqbo_pipeline.store import links

if TYPE_CHECKING:
    import duckdb


@dataclass
class Consequences:
    """Rows to write, collected over one answer and kept in the transaction that confirms it."""

    run: Run
    links: list[dict[str, Any]] = field(default_factory=list)
    ended: list[tuple[Entity, str, str]] = field(default_factory=list)
    tombstones: list[dict[str, Any]] = field(default_factory=list)

    def confirm(self, task: Task, step: int, made: str | None, record: Record | None) -> None:
        """A step is done: link what it made, and close the operation if it was the last."""
        task.done.add(step)
        task.lost.discard(step)
        if made:
            task.ids[step] = made
        if record is not None:
            task.answers[step] = record
        self.complete(task)

    def complete(self, task: Task) -> None:
        """What a task's confirmed steps allow: the link as early as its ids are known, the rest at the end."""
        row = task.operation.on_done.get("link")
        early = row and any(isinstance(each, StepId) for each in references(row))
        if row and not task.linked and (task.complete or early):
            self._link(task, row)
        if task.complete:
            self._close(task)

    def keep(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write them. The caller holds the transaction."""
        links.keep(con, {(row["entity"], row["hubspot_id"], row["quickbooks_id"]): row for row in self.links}.values())
        for entity, hubspot_id, quickbooks_id in self.ended:
            links.unlink(con, entity, hubspot_id, quickbooks_id)
        links.bury(con, {(row["entity"], row["system"], row["id"]): row for row in self.tombstones}.values())

    def _link(self, task: Task, wanted: Mapping[str, Any]) -> None:
        """The pair exists from the moment its second half does, whatever becomes of the rest of the operation."""
        row = filled(wanted, self._resolver(task))
        if any(references(row)):
            return
        situation = self.run.situation
        made = {
            **row,
            "since_run": situation.run_id,
            "since_at": self.run.now(),
            "portal": situation.portal.portal_id,
            "realm": situation.company.realm,
            "environment": situation.environment,
        }
        self.links.append(made)
        task.linked = True
        self.run.remember_link(row)

    def _close(self, task: Task) -> None:
        on_done = filled(task.operation.on_done, self._resolver(task))
        if on_done.get("unlink"):
            hubspot_id, quickbooks_id = (str(each) for each in on_done["unlink"])
            self.ended.append((task.operation.entity, hubspot_id, quickbooks_id))
        if on_done.get("tombstone"):
            given = on_done["tombstone"]
            entity, run_id = task.operation.entity.value, self.run.situation.run_id
            defaults = {"entity": entity, "run_id": run_id, "at_time": self.run.now()}
            self.tombstones += [{**defaults, **each} for each in (given if isinstance(given, list) else [given])]
        expected = on_done.get("expect")
        differing = _differing(task, expected["values"]) if expected else {}
        if expected and differing:
            wanted, shown = next(iter(differing.values()))
            told = {path: f"{one} expected, {other} found" for path, (one, other) in differing.items()}
            slots = {**expected.get("slots", {}), "diff": told, "expected": wanted, "found": shown}
            task.end("refused", expected["code"], slots)
            self.run.tax_recalculated |= expected["code"] == TAX
        task.end("done")

    def _resolver(self, task: Task) -> Any:
        def find(reference: Reference) -> str | None:
            return task.ids.get(reference.step) if isinstance(reference, StepId) else self.run.partner(reference)

        return find


def _differing(task: Task, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Expected and found values by path, where the newest answer that has them does not show them to the cent.

    An amount of nothing may be left out of an answer.
    """
    found = {}
    for path, wanted in values.items():
        answers = [task.answers[number] for number in sorted(task.answers, reverse=True)]
        shown = next((value for answer in answers if (value := _value(answer, path)) is not None), None)
        missing = shown is None and _amount(wanted) == 0
        if answers and not missing and not same(_amount(wanted), shown):
            found[path] = (wanted, shown)
    return found


def _amount(value: Any) -> Any:
    """An amount that a plan holds as text, as the number it is."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def _value(answer: Record, path: str) -> Any:
    properties = answer.get("properties")
    return properties.get(path) if isinstance(properties, Mapping) else value_at(answer, path)
