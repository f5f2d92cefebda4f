"""What `adopt` and `rebuild` share: rows of `links` for pairs that were found, and the list of what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs import stages
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.store import due, links

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")
FORGOTTEN = "forgotten"  # a tombstone of `forget`: nothing is made anew, but the pair may be tied again


@dataclass(frozen=True)
class Finding:
    """One pair, or one record without a partner. `how` names the key that tied it, `why` says why nothing did.

    `missing` is the side whose record is not there any more.
    """

    entity: Entity
    hubspot_id: str | None
    quickbooks_id: str | None
    label: str
    how: str | None = None
    why: str | None = None
    role: str = "primary"
    owner: System = System.QUICKBOOKS
    objects: Mapping[System, str] = field(default_factory=dict)
    missing: System | None = None

    @property
    def tied(self) -> bool:
        """Whether the two are a pair."""
        return self.why is None

    def as_row(self) -> dict[str, Any]:
        """For tables and JSON."""
        return {
            "object": self.entity.value,
            "record": self.label,
            "hubspot": self.hubspot_id,
            "quickbooks": self.quickbooks_id,
            "owner": self.owner.value if self.tied else None,
            "linked by": self.how,
            "not linked because": self.why,
        }


@dataclass(frozen=True)
class Linked:
    """What became of every record that was looked at, and the run that did it (None: a dry run, nothing was kept)."""

    findings: Sequence[Finding]
    ended: Ended | None
    problems: Sequence[str] = ()

    @property
    def counts(self) -> dict[str, int]:
        """`customer linked`, `invoice left` … and how many."""
        found = Counter(f"{one.entity.value} {'linked' if one.tied else 'left'}" for one in self.findings)
        return dict(sorted(found.items()))


def keep(night: Night, findings: Sequence[Finding], matched_by: str = "") -> int:
    """Write the links of what is tied and have both records looked at; how many links there are. Call it in a transaction.

    Nothing is sent to either system: HubSpot's mark is a write like any other, planned and approved in the next run.
    A tombstone that only says "forgotten" ends with the new link.
    """
    con = night.warehouse.con
    tied = [one for one in findings if one.tied]
    links.keep(con, [_row(night, one, matched_by or f"adopted {one.how}") for one in tied])
    for entity in Entity:
        mine = [one for one in tied if one.entity is entity]
        for side in System:
            ids = [found for one in mine if (found := _record_id(one, side))]
            due.mark(con, entity, side, ids, reason="linked", run_id=night.run_id)
    for one in tied:
        for side, found in ((System.HUBSPOT, one.hubspot_id), (System.QUICKBOOKS, one.quickbooks_id)):
            for name in {found or "", _record_id(one, side) or ""}:
                links.release(con, one.entity, side, name)
    return len(tied)


def remember_again(night: Night) -> None:
    """What `forget` has stopped goes on: the pairs were looked for again."""
    SQL.run(night.warehouse.con, "remember_again")


def plan_only(night: Night) -> None:
    """Look at everything as any run does; what is to be written is a shown plan, which the next run makes its own."""
    for entity in stages.ENTITIES:
        stages.validate(night, entity)
    for entity in stages.ENTITIES:
        stages.match(night, entity)
        stages.plan(night, entity)
    stages.close_plan(night)


def _record_id(one: Finding, side: System) -> str | None:
    """The record behind an id: QuickBooks' side of an allocation is `payment:invoice`."""
    found = one.hubspot_id if side is System.HUBSPOT else one.quickbooks_id
    return found.partition(":")[0] if found else None


def _row(night: Night, one: Finding, matched_by: str) -> dict[str, Any]:
    situation = night.situation
    return {
        "entity": one.entity.value,
        "hubspot_id": one.hubspot_id,
        "quickbooks_id": one.quickbooks_id,
        "role": one.role,
        "hubspot_object": one.objects[System.HUBSPOT],
        "quickbooks_object": one.objects[System.QUICKBOOKS],
        "owner": one.owner.value,
        "matched_by": matched_by,
        "since_run": night.run_id,
        "since_at": situation.now,
        "portal": situation.portal.portal_id,
        "realm": situation.company.realm,
        "environment": situation.environment,
    }
