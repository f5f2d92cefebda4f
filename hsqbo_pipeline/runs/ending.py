"""The end of a run: every record in one state, the proof, what people read, and the exit code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.quality import measure_quality
from hsqbo_pipeline.core.reconcile import grown, reconcile
from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.reports import write_all
from hsqbo_pipeline.reports.alerts import tell
from hsqbo_pipeline.reports.keeping import forget_reports
from hsqbo_pipeline.runs import plan_story
from hsqbo_pipeline.runs.conclude import conclude
from hsqbo_pipeline.runs.connection_rows import connection_rows
from hsqbo_pipeline.runs.request import Kind
from hsqbo_pipeline.runs.stages import held, may_apply
from hsqbo_pipeline.store import decisions, plans, retention
from hsqbo_pipeline.store.disk import explained
from hsqbo_pipeline.store.publish import publish

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")
LOGIN_CODES = (
    "AUTH_QBO_EXPIRED",
    "AUTH_QBO_FORBIDDEN",
    "AUTH_HS_EXPIRED",
    "AUTH_MISSING_SCOPES",
    "AUTH_QBO_SUBSCRIPTION",
)


@dataclass(frozen=True)
class Ended:
    """What a run came to. `objects` has a row per object and direction; `problems` says why the run is red."""

    run_id: str
    number: int
    exit_code: ExitCode
    plan_hash: str | None
    waiting: bool
    states: dict[str, int]
    objects: list[dict[str, Any]]
    problems: list[str]
    evaluated: int
    requests: dict[str, int]
    seconds: float = 0.0  # from opening to closing, waiting for another run included
    before_start: int = 0  # records looked at in this run that `start` keeps out
    report: str | None = None
    reads: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(
        default_factory=list
    )  # what the plan says of the one before it, and what the proof warns of

    def as_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), default=str)


def settle_states(night: Night) -> dict[str, int]:
    """Record states, baselines and `due` from what was decided and done; what held a system up becomes a row of its own."""
    with night.warehouse.transaction() as con:
        if not night.read_already:
            return {}
        counts = conclude(con, night.situation, night.plan_hash, held(night))
        SQL.run(con, "clear_blocks")
        insert(con, "record_states", connection_rows(night), replace=True)
        if night.plan_hash is not None and may_apply(night):
            plans.finish(con, night.plan_hash)
    return counts


def prove(night: Night) -> None:
    """The reconciliation of both sides and the quality of their records, as far as they are known."""
    if night.read_already:
        with night.warehouse.transaction() as con:
            reconcile(con, night.situation)
            measure_quality(con, night.run_id, night.situation.now)


def end(night: Night) -> Ended:
    """Close the run: counts, exit code, published tables, the decisions file."""
    con = night.warehouse.con
    problems = red_reasons(night)
    plan = plans.plan(con, night.plan_hash) if night.plan_hash else None
    waiting = bool(plan and plan["status"] == "open" and plans.operations(con, plan["hash"]))
    code = _exit_code(night, problems, waiting)
    states = {row["state"]: row["records"] for row in SQL.rows(con, "state_totals")}
    used = requests(night)
    objects = SQL.rows(con, "object_counts", run_id=night.run_id)
    seen = SQL.rows(con, "evaluated_count", run_id=night.run_id)[0]
    evaluated = seen["records"]
    with night.warehouse.transaction():
        SQL.run(
            con, "close_run", run_id=night.run_id, ended_at=datetime.now(UTC), exit_code=int(code), plan_hash=night.plan_hash,
            counts=json.dumps({"states": states, "objects": objects, "problems": problems, "evaluated": evaluated}, default=str),
            requests=json.dumps(used),
        )  # fmt: skip
    reads = SQL.rows(con, "read_summary", run_id=night.run_id)
    with explained(night.settings.data):
        report = _write_files(night)
    return Ended(
        night.run_id,
        night.number,
        code,
        night.plan_hash,
        waiting,
        states,
        objects,
        problems,
        evaluated,
        used,
        seconds=(datetime.now(UTC) - night.started_at).total_seconds(),
        before_start=seen["before_start"],
        report=report,
        reads=reads,
        told=[*plan_story.of_run(con, night.plan_hash), *growth(night)],
    )


def growth(night: Night) -> list[str]:
    """Where explained differences have grown beyond the limit, in sentences. It warns: each of them has its code and its record."""
    if not night.read_already or night.request.kind is Kind.UNDO:
        return []
    return [
        f"{row['month']} {row['currency']} {row['measure']}: explained differences grew from {row['before']:,.2f} to "
        f"{row['explained']:,.2f}, beyond {night.rules.reconciliation.explained_growth_percent} % of {row['base']:,.2f}."
        for row in grown(night.warehouse.con, night.situation)
    ]


def _write_files(night: Night) -> str:
    """What must outlive a lost warehouse, and what people read; the path of the report, if one was wanted."""
    settings = night.settings
    publish(night.warehouse)
    decisions.write_file(night.warehouse.con, settings.data)
    retention.let_go(
        night.warehouse,
        night.run_id,
        now=night.started_at,
        history_days=settings.keep_reports_days,
        landing_days=settings.keep_raw_days,
    )
    if not night.request.pages:
        return ""
    report = write_all(settings.data, night.run_id)
    forget_reports(settings.data, now=datetime.now(UTC), days=settings.keep_reports_days)
    tell(settings, settings.data)
    return str(report)


def red_reasons(night: Night) -> list[str]:
    """Why the run is red, in sentences; empty where it is not (decisions: reads, blocks, counts, unexplained money)."""
    con = night.warehouse.con
    found = [_read_problem(row, night) for row in SQL.rows(con, "read_problems", run_id=night.run_id)]
    found += [row["sentence"] for row in SQL.rows(con, "blocked_states") if row["sentence"] not in " ".join(found)]
    if not night.read_already:
        return found or ["Neither system could be read."]
    if night.request.kind is Kind.UNDO:
        return found  # it looks at what it takes back alone; what else has changed is the next night's
    missing = SQL.rows(con, "uncovered") if not night.blocked else []
    if missing:
        first = missing[0]
        found.append(
            f"{len(missing)} records are in no state, the first is {first['entity']} {first['id']} of {first['system']}."
        )
    unexplained = SQL.rows(con, "unexplained", run_id=night.run_id)
    found += [
        f"{row['month']} {row['currency']} {row['measure']}: {row['unexplained']} is unexplained."
        for row in unexplained
    ]
    limit = night.rules.red_above
    if limit is not None:
        new = SQL.rows(con, "new_failing", run_id=night.run_id)[0]["records"]
        if new > limit:
            found.append(f"{new} records began to fail, more than {limit}.")
    return found


def _read_problem(row: Row, night: Night) -> str:
    code = row["code"] or "SYS_EXTRACT_TRUNCATED"
    slots = {
        "system": row["system"],
        "object": row["object"],
        "short": (row["detail"] or "").rstrip("."),
        "path": night.settings.data,
    }
    return f"{row['system']} {row['object']}: {render(code, **slots).sentence}"


def _exit_code(night: Night, problems: list[str], waiting: bool) -> ExitCode:
    if problems:
        codes = {*night.blocked.values(), *night.stopped.values()}
        if codes == {"CFG_INVALID"}:
            return ExitCode.CONFIGURATION
        return ExitCode.LOGIN if codes and codes <= set(LOGIN_CODES) else ExitCode.RED
    return ExitCode.WAITING if waiting and night.request.apply else ExitCode.DONE


def requests(night: Night) -> dict[str, int]:
    """How many requests of each kind this run has made so far."""
    found: dict[str, int] = {}
    for name, client in (("hubspot", night.clients.hubspot), ("quickbooks", night.clients.quickbooks)):
        counts = client.counts
        found |= {f"{name}_reads": counts.reads, f"{name}_writes": counts.writes, f"{name}_throttled": counts.throttled}
    return found
