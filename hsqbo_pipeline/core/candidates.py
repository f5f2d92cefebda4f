"""One due record or pair with everything the rules look at, and the questions every master record is asked first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.names import Entity, System


@dataclass(frozen=True)
class Candidate:
    """A row of `plan_customers.sql` and its likes."""

    entity: Entity
    kind: str
    matched_by: str | None
    ids: Mapping[System, str | None]
    rows: Mapping[System, Row | None]
    payloads: Mapping[System, dict[str, Any] | None]
    baseline: Mapping[System, Mapping[str, str | None]] | None
    stones: Mapping[System, str | None]
    said: Sequence[Mapping[str, Any]]
    gone: Mapping[System, str | None]
    rivals: Mapping[str, Sequence[Any]]
    owner: System | None = None  # of a pair: the side it was made on
    moved: bool = False  # whether this run carried the pair's link along with a merge

    @property
    def single_side(self) -> System | None:
        """The side of a record that has no partner."""
        sides = [side for side in System if self.ids[side] is not None]
        return sides[0] if len(sides) == 1 else None

    def id(self, side: System) -> str:
        """The id on a side that is known to be there."""
        found = self.ids[side]
        assert found is not None, f"{self.entity} has no {side} id"
        return found

    def row(self, side: System) -> Row:
        """The typed row of a side that is known to be there."""
        found = self.rows[side]
        assert found is not None, f"{self.entity} has no {side} row"
        return found

    @property
    def rejected(self) -> bool:
        """Whether a side can't be read as what it should be: it is told as a reject, and nothing is decided about it."""
        return any(
            self.ids[side] is not None and self.rows[side] is None and self.gone[side] is None for side in System
        )

    @property
    def winner_said(self) -> str | None:
        """The side whose value a person wants where both changed; one answer settles one conflict."""
        answers = [said["value"] for said in self.said if said["verb"] == "winner"]
        return answers[0] if len(set(answers)) == 1 and answers[0] in set(System) else None

    @property
    def covers(self) -> tuple[tuple[System, str], ...]:
        """The due rows that a verdict on this candidate answers."""
        return tuple((side, found) for side in System if (found := self.ids[side]) is not None)

    def verdict(self, code: str, **more: Any) -> Verdict:
        """A verdict on this candidate, ids and cover filled in."""
        row = self.rows[System.QUICKBOOKS] or self.rows[System.HUBSPOT] or {}
        return Verdict(
            entity=self.entity,
            hubspot_id=self.ids[System.HUBSPOT],
            quickbooks_id=self.ids[System.QUICKBOOKS],
            code=code,
            covers=self.covers,
            label=more.pop("label", None) or label(row),
            business_day=more.pop("business_day", None) or _day(row),
            **more,
        )


def label(row: Mapping[str, Any]) -> str | None:
    """What a person calls the record."""
    person = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)
    return (
        row.get("display_name") or row.get("name") or row.get("company") or person or row.get("sku") or row.get("email")
    )


def _day(row: Mapping[str, Any]) -> date | None:
    created = row.get("created_at")
    return created.date() if created is not None else None


def candidate(entity: Entity, row: Row) -> Candidate:
    """A row of the planning query as a candidate."""
    both = {System.HUBSPOT: "hubspot", System.QUICKBOOKS: "quickbooks"}
    baseline = None
    if row["hubspot_fields"] is not None:
        baseline = {side: json.loads(row[f"{name}_fields"]) for side, name in both.items()}
    return Candidate(
        entity=entity,
        kind=row["kind"],
        matched_by=row["matched_by"],
        ids={side: row[f"{name}_id"] for side, name in both.items()},
        rows={side: row[name] if row[name] and row[name].get("id") else None for side, name in both.items()},
        payloads={
            side: json.loads(row[f"{name}_payload"]) if row[f"{name}_payload"] else None for side, name in both.items()
        },
        baseline=baseline,
        stones={side: row[f"{name}_stone"] for side, name in both.items()},
        said=[*row["hubspot_said"], *row["quickbooks_said"]],
        gone={side: row[f"{name}_gone"] for side, name in both.items()},
        rivals=json.loads(row["candidates"]) if row["candidates"] else {},
        owner=System(row["owner"]) if row["owner"] else None,
        moved=row["moved"],
    )


def paused(found: Candidate, situation: Situation) -> Verdict | None:
    """What a person has put aside stays aside: pauses until their day, tombstones until they are released."""
    for said in found.said:
        if said["verb"] == "pause" and (said["until"] is None or said["until"] >= situation.today):
            return found.verdict(
                "OPS_PAUSED_BY_USER", slots={"who": said["who"], "date": str(said["at"]), "why": said["why"] or ""}
            )
    ids = {side.value: found.ids[side] for side in System}
    for rule in situation.rules.pauses:
        named = (rule.hubspot and rule.hubspot == ids["hubspot"]) or (
            rule.quickbooks and rule.quickbooks == ids["quickbooks"]
        )
        if rule.object is found.entity and named and (rule.until is None or rule.until >= situation.today):
            slots = {"who": rule.who, "date": "a day that sync.yaml does not say", "why": rule.why}
            return found.verdict("OPS_PAUSED_BY_USER", slots=slots)
    for side in System:
        stone = found.stones[side]
        if stone is not None and found.kind not in ("linked", "alias"):
            code = "DEL_REMOTE_DELETED" if stone == "deleted" else "OPS_PAUSED_BY_USER"
            return found.verdict(
                code, slots={"who": "undo" if stone == "undone" else stone, "system": side.other.value}
            )
    return None


def rivalry(found: Candidate, shared_code: str, slots: Mapping[str, Any]) -> Verdict | None:
    """Ambiguity of any kind, with everyone who could be meant; nothing is guessed."""
    side = found.single_side
    if side is None or found.kind in ("single", "matched", "linked", "alias"):
        return None
    twins, partners, claimed = (found.rivals.get(name, []) for name in ("same_side", "other_side", "claimed"))
    candidates = (
        *({"system": side.value, "id": twin} for twin in twins),
        *({"system": side.other.value, "id": partner} for partner in partners),
        *({"system": side.other.value, "id": taken["id"], "linked_to": taken["partner"]} for taken in claimed),
    )
    if found.kind == "shared":
        return found.verdict(
            shared_code,
            slots={"count": len(twins) + 1, "candidates": [found.id(side), *twins], **slots},
            candidates=candidates,
        )
    if found.kind == "claimed":
        first = claimed[0]
        return found.verdict(
            "ID_LINK_CLAIMED", slots={"id": first["id"], "holder": first["partner"]}, candidates=candidates
        )
    return found.verdict(
        "ID_AMBIGUOUS_MATCH", slots={"count": len(partners), "candidates": list(partners)}, candidates=candidates
    )


def also(verdict: Verdict, *reasons: Reason) -> Verdict:
    """The verdict with further reasons."""
    return replace(verdict, reasons=(*verdict.reasons, *reasons))
