"""After the warehouse was lost: the links from the marks both systems carry, and from the decisions file (H2).

Nothing is made or changed on either side. Where both sides agree, or one of them is blank, their values become the
baseline: a pair that was at rest stays so. Where two values differ the pair counts as linked for the first time. A mark
whose partner is not there any more becomes a tombstone, so that the partner is not made a second time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.baselines import current_rows
from hsqbo_pipeline.runs.forget import bring_back
from hsqbo_pipeline.runs.linking import FORGOTTEN, Finding, Linked, keep, plan_only, remember_again
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import decisions, links

SQL = Statements(Path(__file__).parent / "sql")
_MASTERS = (Entity.CUSTOMER, Entity.PRODUCT)
_REBUILT = "rebuilt"


def rebuild(
    settings: Settings,
    rules: Rules,
    *,
    export: Path | None = None,
    progress: Callable[[str, str], None] | None = None,
) -> Linked:
    """Read both systems and make the link table anew; creates and changes nothing in either.

    `export` is a file that `forget` wrote: its links and agreed values come first, marks tell the rest. Raises
    ConfigurationError where links are known already, or where the rules leave the start to a first run: that start was
    lost with the warehouse.
    """
    if rules.start is None:
        raise ConfigurationError(
            "start is not set. The first run had fixed it, and that was lost: set start to that moment (each report "
            "names it), then run `hsqbo rebuild` again.",
            file=str(settings.rules),
            field="start",
        )
    request = Request(kind=Kind.REBUILD, apply=False)
    with open_night(settings, rules, request, progress=progress) as night:
        _refuse_memory(night)
        stages.read(night)
        for entity in stages.ENTITIES:
            stages.validate(night, entity)
        findings: Sequence[Finding] = []
        if not night.blocked:
            findings = restore(night, export)
            plan_only(night)
        ending.settle_states(night)
        ending.prove(night)
        return Linked(findings, ending.end(night), _differences(night))


def _refuse_memory(night: Night) -> None:
    if links.of(night.warehouse.con):
        raise ConfigurationError(
            "This warehouse knows its links; there is nothing to rebuild. To tie single records use `hsqbo link`.",
            file=str(night.warehouse.path),
        )


def restore(night: Night, export: Path | None = None) -> list[Finding]:
    """The decisions file first, then an export of `forget`, then every pair that a mark names and whose both ends are there."""
    con = night.warehouse.con
    left: list[Row] = []
    with night.warehouse.transaction():
        decisions.read_file(con, night.settings.data)
        if export is not None:
            realm, environment = _connection(night)
            left = bring_back(con, export, realm=realm, environment=environment, run_id=night.run_id)
    known = links.of(con)
    if any((row["realm"], row["environment"]) != _connection(night) for row in known):
        raise ConfigurationError(
            f"{night.settings.data / decisions.FILE_NAME} belongs to another company; put it aside, then rebuild again.",
            code="AUTH_QBO_WRONG_COMPANY",
        )
    findings = by_marks(night)
    with night.warehouse.transaction():
        keep(night, findings, _REBUILT)
        _bury(night, findings)
        settle_masters(night)
        remember_again(night)
    told = {(one.entity.value, one.hubspot_id, one.quickbooks_id) for one in findings}
    gone = [_not_there(row) for row in left if (row["entity"], row["hubspot_id"], row["quickbooks_id"]) not in told]
    return [*(_from_file(row, export) for row in known), *findings, *gone]


def by_marks(night: Night) -> list[Finding]:
    """Every pair that a mark names and that is not known yet, and why some of them can't be tied. Changes nothing."""
    con = night.warehouse.con
    customers = hubspot_object(Entity.CUSTOMER, night.rules)
    said = SQL.rows(con, "rebuild_marks", realm=night.situation.company.realm, customers=customers)
    stones = {
        (row["entity"], row["system"], row["id"]): row["reason"]
        for row in links.tombstones(con)
        if row["reason"] != FORGOTTEN
    }
    return list(_judge(said, links.of(con), stones))


def _connection(night: Night) -> tuple[str, str]:
    return night.situation.company.realm, night.situation.environment


def _from_file(row: Row, export: Path | None) -> Finding:
    how = "export" if export is not None else "decisions file"
    return Finding(Entity(row["entity"]), row["hubspot_id"], row["quickbooks_id"], row["hubspot_id"], how=how)


def _not_there(row: Row) -> Finding:
    """A link of the export that could not be made again."""
    why = "one of the two is not there any more, or was put aside since"
    return Finding(Entity(row["entity"]), row["hubspot_id"], row["quickbooks_id"], row["hubspot_id"], why=why)


def _judge(said: Sequence[Row], known: Sequence[Row], stones: Mapping[tuple[str, str, str], str]) -> Iterator[Finding]:
    """Each mark as a pair, or why it is none: put aside, an end is missing, or two records name the same partner."""
    pairs_known = {(row["entity"], row["hubspot_id"], row["quickbooks_id"]) for row in known}
    taken = {(row["entity"], side.value, row[f"{side.value}_id"]) for row in known for side in System}
    there = [row for row in said if row["hubspot_there"] and row["quickbooks_there"]]
    claims = Counter(
        (row["entity"], side.value, row[f"{side.value}_id"])
        for row in there
        for side in System
        if row["role"] != "alias"
    )
    for row in said:
        ends = {side: (row["entity"], side.value, row[f"{side.value}_id"]) for side in System}
        if (row["entity"], row["hubspot_id"], row["quickbooks_id"]) in pairs_known:
            continue
        if row["role"] != "alias" and any(end in taken for end in ends.values()):
            continue
        aside = next((stones[end] for end in ends.values() if end in stones), None)
        why = f"the pair was {aside}" if aside else _obstacle(row, {side: claims[end] for side, end in ends.items()})
        yield _finding(row, why)


def _obstacle(row: Row, claims: dict[System, int]) -> str | None:
    missing = _missing(row)
    if missing is not None:
        return f"{missing.value} {row[f'{missing.value}_id']} is not there any more"
    if row["role"] == "alias":
        return None
    if claims[System.QUICKBOOKS] > 1:
        return f"{claims[System.QUICKBOOKS]} HubSpot records carry the mark of QuickBooks {row['quickbooks_id']}"
    if claims[System.HUBSPOT] > 1:
        return f"{claims[System.HUBSPOT]} QuickBooks documents carry the mark of HubSpot {row['hubspot_id']}"
    return None


def _missing(row: Row) -> System | None:
    return next((side for side in System if not row[f"{side.value}_there"]), None)


def _finding(row: Row, why: str | None) -> Finding:
    """A document that QuickBooks marks was made in HubSpot; one that only HubSpot marks goes by who bills it (N6)."""
    made_there = "quickbooks" in row["carriers"]
    billed = row["entity"] == Entity.INVOICE and row["billable"] and row["source"] == "HubSpot"
    return Finding(
        entity=Entity(row["entity"]),
        hubspot_id=row["hubspot_id"],
        quickbooks_id=row["quickbooks_id"],
        label=row["label"],
        how=None if why else f"mark in {' and '.join(row['carriers'])}",
        why=why,
        role=row["role"],
        owner=System.HUBSPOT if made_there or billed else System.QUICKBOOKS,
        objects={System.HUBSPOT: row["hubspot_object"], System.QUICKBOOKS: row["quickbooks_object"]},
        missing=_missing(row),
    )


def _bury(night: Night, findings: Sequence[Finding]) -> None:
    """The end that is left of a pair keeps a tombstone, as if the other had been deleted while we looked."""
    linked = {
        (row["entity"], side, row[f"{side.value}_id"]) for row in links.of(night.warehouse.con) for side in System
    }
    stones = []
    for one in findings:
        if one.missing is None:
            continue
        left = one.missing.other
        ids = {System.HUBSPOT: one.hubspot_id, System.QUICKBOOKS: one.quickbooks_id}
        if (one.entity.value, left, ids[left]) not in linked:
            stones.append({
                "entity": one.entity.value, "system": left.value, "id": ids[left], "partner_id": ids[one.missing],
                "reason": "deleted", "run_id": night.run_id, "at_time": night.situation.now,
            })  # fmt: skip
    links.bury(night.warehouse.con, stones)


def settle_masters(night: Night) -> None:
    """The baseline of customers and products: every field in which no two values contradict each other.

    A blank beside a value is left as it was left before the loss; to fill it now would be a write that nobody asked for.
    """
    con = night.warehouse.con
    known = {(row["entity"], row["hubspot_id"], row["quickbooks_id"]) for row in SQL.rows(con, "baselines_known")}
    made = [row for entity in _MASTERS for row in _baselines(night, entity)]
    insert(
        con, "baselines", [row for row in made if (row["entity"], row["hubspot_id"], row["quickbooks_id"]) not in known]
    )


def _baselines(night: Night, entity: Entity) -> Iterator[Row]:
    con = night.warehouse.con
    fields = field_map(entity, night.rules, automated_sales_tax=night.situation.company.automated_sales_tax)
    pairs = [row for row in links.of(con, entity) if row["role"] == "primary"]
    current = current_rows(con, entity, {side.value: [row[f"{side.value}_id"] for row in pairs] for side in System})
    for pair in pairs:
        rows = [current.get((side.value, pair[f"{side.value}_id"])) for side in System]
        if None in rows:
            continue
        hubspot, quickbooks = (values(row or {}, fields) for row in rows)
        same = [
            name for name in hubspot if hubspot[name] == quickbooks[name] or None in (hubspot[name], quickbooks[name])
        ]
        yield {
            "entity": entity.value,
            "hubspot_id": pair["hubspot_id"],
            "quickbooks_id": pair["quickbooks_id"],
            "hubspot_fields": json.dumps({name: hubspot[name] for name in same}),
            "quickbooks_fields": json.dumps({name: quickbooks[name] for name in same}),
            "run_id": night.run_id,
        }


def _differences(night: Night) -> list[str]:
    """What a person should know: an edit made between the loss and now can't be told from an old difference."""
    found = SQL.rows(night.warehouse.con, "rebuild_differences")
    return [
        f"{row['field']}: {row['records']} {row['entity']}s have it on one side only or differ; they stay as they are "
        "until somebody edits them."
        for row in found
    ]
