"""Nights over customers and products without any server: the real rules plan, and what they plan is done to the payloads.

Strict where the systems are: an e-mail stands on one contact only, a name on one customer, and a second one is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hsqbo_pipeline.apply.references import filled, references
from hsqbo_pipeline.core import customers, products
from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.match import match
from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.core.validate import validate
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import LinkedId, Operation, Step, StepAction
from hsqbo_pipeline.runs.conclude import conclude
from hsqbo_pipeline.runs.refusals import parked
from hsqbo_pipeline.store import links, mirror, plans
from hsqbo_pipeline.store.mirror import Gone
from hsqbo_pipeline.store.plans import Done
from hsqbo_pipeline_tests.core.masters import Masters

_PLANNERS = {Entity.PRODUCT: products.plan, Entity.CUSTOMER: customers.plan}
_UNIQUE = {"contacts": ("email", "qbo_id"), "products": ("qbo_id",), "Customer": ("DisplayName",), "Item": ("Name",)}


class RefusedError(Exception):
    """What a system would answer to a value that somebody has already."""


@dataclass
class Nights(Masters):
    """Both sides over several nights. `made` counts the records that nights have made."""

    number: int = 0
    made: int = 0
    ticks: int = 0
    entities: tuple[Entity, ...] = (Entity.PRODUCT, Entity.CUSTOMER)
    written: list[tuple[System, str, StepAction]] = field(default_factory=list)

    def tick(self) -> str:
        """A later moment each time."""
        self.ticks += 1
        return (datetime(2026, 11, 21, tzinfo=UTC) + timedelta(minutes=self.ticks)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def edit(self, system: System, name: str, record_id: str, changes: Mapping[str, Any]) -> None:
        """What a person, or a write, does to a record that is there."""
        payload = mirror.payloads(self.con, system.value, name, [record_id])[record_id]
        moment = self.tick()
        if system is System.HUBSPOT:
            properties = payload["properties"] | {key: value or None for key, value in changes.items()}
            properties["lastmodifieddate"] = properties["hs_lastmodifieddate"] = moment
            payload |= {"properties": properties, "updatedAt": moment}
        else:
            payload |= {**changes, "SyncToken": str(int(payload["SyncToken"]) + 1)}
            payload["MetaData"] = {**payload["MetaData"], "LastUpdatedTime": moment}
        mirror.load(self.con, self.run_id, system.value, name, [payload])

    def gone(self, system: System, name: str, record_id: str, why: str = "archived", into: str | None = None) -> None:
        """A person deletes a record, or merges it into another."""
        mirror.mark_gone(self.con, self.run_id, system.value, name, [Gone(record_id, why, into)])

    @property
    def run_id(self) -> str:
        """The run that is on, or comes next."""
        return f"run{self.number + 1}"

    def night(self) -> dict[str, Verdict]:
        """Plan, do it, conclude; the verdicts by record key."""
        now = replace(self.situation, run_id=self.run_id, run_number=self.number + 1)
        self.written.clear()
        self._validate()
        verdicts: list[Verdict] = []
        for entity in self.entities:
            match(self.con, entity, now)
            found = parked(self.con, _PLANNERS[entity](self.con, now), now)
            plans.keep(self.con, now.run_id, found)
            verdicts += found
        plan_hash = plans.seal(
            self.con, now.run_id, created_at=now.now, inputs_hash="", needs_approval=False, totals={}
        )
        done = self._apply(plans.operations(self.con, plan_hash))
        plans.mark(self.con, plan_hash, done)
        if done:
            self._validate()
        conclude(self.con, now, plan_hash, {})
        plans.finish(self.con, plan_hash)
        self.number += 1
        return {verdict.record_key: verdict for verdict in verdicts}

    def states(self) -> dict[str, str]:
        """Record key to code, as concluded."""
        found = rows(self.con, "SELECT record_key, code FROM record_states")
        return {row["record_key"]: row["code"] for row in found}

    def payload(self, system: System, name: str, record_id: str) -> dict[str, Any]:
        """A record as it stands; HubSpot's as its properties."""
        found = mirror.payloads(self.con, system.value, name, [record_id])[record_id]
        return dict(found["properties"]) if system is System.HUBSPOT else found

    def _validate(self) -> None:
        s = self.situation
        for each in self.entities:
            validate(self.con, each, s.rules, self.run_id, zone=s.zone, company=s.company, portal=s.portal)

    def _apply(self, operations: list[Operation]) -> list[Done]:
        waiting, done = operations, []
        while waiting:
            later = []
            for operation in waiting:
                ids: dict[int, str] = {}
                steps = [self._filled(step, ids) for step in operation.steps]
                parts = [[step.body, step.target, list(step.associations)] for step in steps]
                if any(isinstance(each, LinkedId) for each in references(parts)):
                    later.append(operation)
                    continue
                done.append(self._one(operation, ids))
            assert len(later) < len(waiting), f"nobody makes what {later[0].label} waits for"
            waiting = later
        return done

    def _one(self, operation: Operation, ids: dict[int, str]) -> Done:
        try:
            for step in operation.steps:
                ids[step.number] = self._step(self._filled(step, ids))
        except RefusedError as refused:
            return Done(operation.operation_id, "refused", "ID_LINK_CLAIMED", {"holder": str(refused)})
        self._on_done(self._filled_value(dict(operation.on_done), ids), operation)
        return Done(operation.operation_id, "done")

    def _filled(self, step: Step, ids: Mapping[int, str]) -> Step:
        body, target, ties = (self._filled_value(each, ids) for each in (step.body, step.target, step.associations))
        return replace(step, body=body, target=target, associations=tuple(ties))

    def _filled_value(self, value: Any, ids: Mapping[int, str]) -> Any:
        def find(reference: Any) -> str | None:
            if isinstance(reference, LinkedId):
                side = reference.system.other
                return links.partners(self.con, reference.entity, side, [reference.of]).get(reference.of)
            return ids.get(reference.step)

        return filled(value, find)

    def _step(self, step: Step) -> str:
        self.written.append((step.system, step.object, step.action))
        target = str(step.target or "")
        if step.action is StepAction.CREATE:
            target = self._create(step)
        elif step.action is StepAction.UPDATE:
            self._unique(step, target)
            self.edit(step.system, step.object, target, step.body)
        elif step.action is StepAction.ASSOCIATE:
            self.associate(target, step.body["to_id"], step.body["type_id"])
        elif step.system is System.HUBSPOT:
            self.gone(step.system, step.object, target)
        else:
            self.edit(step.system, step.object, target, {"Active": False})
        return target

    def _create(self, step: Step) -> str:
        self._unique(step, "")
        self.made += 1
        made = f"{step.system.value[0]}{self.made}"
        if step.system is System.HUBSPOT:
            self.hubspot(step.object, made, created=self.tick(), **step.body)
        else:
            self.quickbooks(step.object, made, created=self.tick(), **step.body)
        for tie in step.associations:
            self.associate(made, tie["to_id"], tie["type_id"])
        return made

    def _unique(self, step: Step, target: str) -> None:
        for name in _UNIQUE.get(step.object, ()):
            wanted = str(step.body.get(name) or "").lower()
            path = f"$.properties.{name}" if step.system is System.HUBSPOT else f"$.{name}"
            found = rows(
                self.con,
                "SELECT id FROM mirror WHERE object = ? AND gone IS NULL AND id <> ? AND lower(payload ->> ?) = ?",
                [step.object, target, path, wanted],
            )
            if wanted and found:
                raise RefusedError(f"{step.object} {found[0]['id']}")

    def _on_done(self, on_done: Mapping[str, Any], operation: Operation) -> None:
        s = self.situation
        if link := on_done.get("link"):
            more = {"since_run": self.run_id, "since_at": s.now, "portal": "24", "realm": s.company.realm}
            links.keep(self.con, [{**link, **more, "environment": "sandbox"}])
        if ended := on_done.get("unlink"):
            links.unlink(self.con, operation.entity, *ended)
        if stone := on_done.get("tombstone"):
            links.bury(self.con, [{"run_id": self.run_id, "at_time": s.now, **stone}])

    def decide(self, system: System, record_id: str, verb: str, **more: Any) -> None:
        """A person's decision on a customer."""
        row = {"entity": "customer", "system": system.value, "id": record_id, "verb": verb, "who": "Kari"}
        insert(self.con, "decisions", [{**row, "at_time": self.situation.now, **more}], replace=True)

    def primaries(self) -> list[tuple[str, str, str]]:
        """(entity, HubSpot id, QuickBooks id) of each pair."""
        found = rows(self.con, "SELECT entity, hubspot_id, quickbooks_id FROM links WHERE role = 'primary'")
        return [(row["entity"], row["hubspot_id"], row["quickbooks_id"]) for row in found]

    def baseline(self, hubspot_id: str) -> dict[str, dict[str, str | None]]:
        """What both sides were settled on, by side."""
        (row,) = rows(self.con, "SELECT * FROM baselines WHERE hubspot_id = ?", [hubspot_id])
        return {side: json.loads(row[f"{side}_fields"]) for side in ("hubspot", "quickbooks")}
