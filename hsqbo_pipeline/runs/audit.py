"""A look at one's own accounts before anything is set up, or any time after: read-only, on state of its own.

Both systems are read into a folder that goes away afterwards; a connection's own data folder is only asked for its logins
and its decisions. Marks of ours and pairs of another sync count as pairs, so that what is told is what a first night
would do after `adopt` or `rebuild`. Nothing is written on either side; read scopes are enough (H31).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hsqbo_pipeline.core.limits import reasons_to_wait
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, Operation, Wave
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.adopt import find
from hsqbo_pipeline.runs.baselines import current_rows
from hsqbo_pipeline.runs.linking import Finding, keep, plan_only
from hsqbo_pipeline.runs.logins import connected
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.rebuild import restore
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import decisions, links, plans

SQL = Statements(Path(__file__).parent / "sql")
_MASTERS = (Entity.CUSTOMER, Entity.PRODUCT)
_MARKING = (Action.UPDATE, Action.LINK)


@dataclass(frozen=True)
class Audit:
    """What was found, as rows of plain values. Amounts add up within a currency, never across."""

    about: dict[str, Any]
    counts: list[Row] = field(default_factory=list)  # per object and side: records, paired
    money: list[Row] = field(default_factory=list)  # per currency and side: paired, alone, open balance
    reasons: list[Row] = field(default_factory=list)  # why records have no partner or are not in step
    records: list[Row] = field(default_factory=list)  # every record behind `reasons`
    pairs: list[Row] = field(default_factory=list)  # what matches, and by which key; what looks like a pair and is none
    doubled: dict[str, list[Row]] = field(default_factory=dict)  # customers, invoices, payments, second documents
    invoices_apart: list[Row] = field(default_factory=list)  # one row per pair and field
    masters_apart: list[Row] = field(default_factory=list)  # customers and products, likewise
    other_sync: dict[str, Any] = field(default_factory=dict)
    first_night: dict[str, Any] = field(default_factory=dict)
    problems: list[Row] = field(default_factory=list)  # what could not be read

    @property
    def complete(self) -> bool:
        """Whether all was read."""
        return not self.problems


def audit(settings: Settings, rules: Rules, *, progress: Callable[[str, str], None] | None = None) -> Audit:
    """Read both systems and tell; writes on neither side and leaves the connection's own state alone.

    Raises ConfigurationError and PipelineError as any run. What could not be read is told in `problems`.
    """
    settings = connected(settings)
    with TemporaryDirectory(prefix="hsqbo-audit-") as folder:
        data = Path(folder)
        if (settings.data / decisions.FILE_NAME).is_file():
            shutil.copy(settings.data / decisions.FILE_NAME, data / decisions.FILE_NAME)
        private = settings.model_copy(update={"data": data})
        request = Request(kind=Kind.AUDIT, apply=False)
        with open_night(private, rules, request, logins=settings, progress=progress) as night:
            stages.read(night)
            problems = SQL.rows(night.warehouse.con, "read_problems", run_id=night.run_id)
            if any(name == "*" for _system, name in night.blocked):
                return Audit(_about(night), problems=problems)
            for entity in stages.ENTITIES:
                stages.validate(night, entity)
            found = [*restore(night), *_others(night)]
            plan_only(night)
            ending.settle_states(night)
            return _told(night, found, problems)


def _others(night: Night) -> Sequence[Finding]:
    """Pairs that no mark of ours names: another sync's, and those the keys find; kept in the audit's own state alone."""
    with night.warehouse.transaction() as con:
        found = find(night)
        keep(night, found)
        SQL.run(con, "adopt_put_back")
    return found


def _told(night: Night, found: Sequence[Finding], problems: list[Row]) -> Audit:
    con = night.warehouse.con
    apart = SQL.rows(con, "audit_differences")
    return Audit(
        about=_about(night),
        counts=SQL.rows(con, "audit_counts"),
        money=SQL.rows(con, "audit_money"),
        reasons=SQL.rows(con, "audit_reasons"),
        records=SQL.rows(con, "audit_records"),
        pairs=[one.as_row() for one in found],
        doubled={
            "customers": SQL.rows(con, "audit_doubled_customers"),
            "invoices": SQL.rows(con, "audit_doubled_invoices"),
            "payments": SQL.rows(con, "audit_doubled_payments"),
            "second documents": [
                {**row, "sentence": render("HS_WORKFLOW_DUPLICATE", id=row["payment_id"]).sentence}
                for row in SQL.rows(con, "audit_second_documents", run_id=night.run_id)
            ],
        },
        invoices_apart=apart,
        masters_apart=[row for entity in _MASTERS for row in _values_apart(night, entity)],
        other_sync=_other_sync(night, found, apart),
        first_night=_first_night(night),
        problems=problems,
    )


def _about(night: Night) -> dict[str, Any]:
    situation = night.situation
    reads = SQL.rows(night.warehouse.con, "read_summary", run_id=night.run_id)
    return {
        "company": situation.company.name,
        "realm": situation.company.realm,
        "portal": situation.portal.portal_id,
        "environment": situation.environment,
        "at": situation.now,
        "today": situation.today,
        "start": situation.rules.start_utc,
        "closed_until": situation.company.closed_until,
        "requests": sum(row["requests"] for row in reads),
        "records": sum(row["records"] for row in reads),
        "writes": sum(client.counts.writes for client in (night.clients.hubspot, night.clients.quickbooks)),
    }


def _values_apart(night: Night, entity: Entity) -> Iterator[Row]:
    """The mapped fields of linked customers or products that do not say the same on both sides."""
    con = night.warehouse.con
    fields = field_map(entity, night.rules, automated_sales_tax=night.situation.company.automated_sales_tax)
    compared = [one for one in fields if one.hubspot and one.quickbooks]
    pairs = [row for row in links.of(con, entity) if row["role"] == "primary"]
    current = current_rows(con, entity, {side.value: [row[f"{side.value}_id"] for row in pairs] for side in System})
    for pair in pairs:
        sides = {side: current.get((side.value, pair[f"{side.value}_id"])) for side in System}
        told = {side: values(row, compared) for side, row in sides.items() if row is not None}
        if len(told) < len(sides):
            continue
        row = sides[System.QUICKBOOKS] or {}
        label = row.get("display_name") or row.get("name") or pair["quickbooks_id"]
        for name, ours in told[System.HUBSPOT].items():
            theirs = told[System.QUICKBOOKS][name]
            if ours != theirs:
                yield {
                    "object": entity.value, "label": label, "field": name, "hubspot": ours, "quickbooks": theirs,
                    "hubspot_id": pair["hubspot_id"], "quickbooks_id": pair["quickbooks_id"],
                }  # fmt: skip


def _other_sync(night: Night, found: Sequence[Finding], apart: Sequence[Row]) -> dict[str, Any]:
    """What HubSpot's own sync did, and where it went wrong."""
    con = night.warehouse.con
    start: datetime | None = night.situation.rules.start_utc
    (seen,) = SQL.rows(con, "audit_other_sync", start=start)
    if not seen["copies"]:
        return {"copies": 0}
    never = SQL.rows(con, "audit_never_copied", first_at=seen["first_at"], last_at=seen["last_at"])
    lost = [one.as_row() for one in found if one.entity is Entity.INVOICE and not one.tied and one.hubspot_id]
    return {
        **seen,
        "apart": [row for row in apart if row["by_other_sync"]],
        "never_copied": never,
        "without_original": lost,
    }


def _first_night(night: Night) -> dict[str, Any]:
    """What would be done, by action, and why it would wait for a person. Marks and figures of ours are counted apart."""
    con, plan_hash = night.warehouse.con, night.plan_hash or ""
    operations = plans.operations(con, plan_hash)
    told = [one for one in operations if one.wave is not Wave.FIGURES and (one.changes or one.action not in _MARKING)]
    return {
        "actions": SQL.rows(con, "audit_first_night", plan_hash=plan_hash, ids=[one.operation_id for one in told]),
        "marks_and_figures": len(operations) - len(told),
        "operations": [_operation(one) for one in told],
        "waits": reasons_to_wait(con, operations, night.situation),
    }


def _operation(one: Operation) -> dict[str, Any]:
    return {
        "object": one.entity.value,
        "to": one.system.value,
        "action": one.action.value,
        "record": one.label,
        "amount": one.amount,
        "currency": one.currency,
        "day": one.business_day,
        "changes": [[change.field, change.before, change.after] for change in one.changes],
    }
