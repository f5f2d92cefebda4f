"""The last assets: what was left out, how good the data is, the proof, and the one check that turns a run red."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.defs.guarded import guarded
from hsqbo_pipeline.defs.names import OWNERS, PLURAL, REPORT, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.defs.stage_assets import SINGLE_RUN, asset
from hsqbo_pipeline.runs import ending
from hsqbo_pipeline.runs.night import Night

GREEN = "run_is_green"
NOBODY_FAILS = "no_record_fails"
_PROOF = "Both sides month by month and to the cent; what differs is explained per record."
_GOODNESS = "How complete, unique, valid, consistent and fresh the records of both sides are."
_GREEN_MEANS = "Everything was read, nothing is blocked, and no cent is unexplained."
_LEFT_OUT = "Every record left out, with its code, the reason in a sentence, and the fix."


def report_assets() -> list[dg.AssetsDefinition]:
    """Failure report, data quality, reconciliation, and the run's own report at the end."""
    last_write = f"applied_{list(PLURAL.values())[-1]}"
    return [
        asset("reconciliation", REPORT, {"duckdb"}, _PROOF, [last_write], _reconcile),
        asset("data_quality_report", REPORT, {"duckdb", "pandera"}, _GOODNESS, ["reconciliation"], _quality),
        asset("failure_report", REPORT, {"duckdb"}, _LEFT_OUT, ["data_quality_report"], _failures),
        _run_report(),
    ]


def _reconcile(night: Night) -> Mapping[str, Any]:
    ending.prove(night)
    found = rows(
        night.warehouse.con,
        "SELECT count(*) AS months, count(*) FILTER (unexplained <> 0) AS unexplained FROM reconciliation WHERE run_id = $run",
        {"run": night.run_id},
    )[0]
    return {"figures": found["months"], "unexplained_figures": found["unexplained"]}


def _quality(night: Night) -> Mapping[str, Any]:
    found = rows(
        night.warehouse.con,
        "SELECT system, entity, dimension, field, checked, failed, what, fix FROM quality "
        "WHERE run_id = $run AND failed > 0 ORDER BY failed DESC LIMIT 20",
        {"run": night.run_id},
    )
    lines = [
        f"| {r['system']} | {r['entity']} | {r['field']} | {r['failed']} of {r['checked']} | {r['what']} | {r['fix']} |"
        for r in found
    ]
    table = (
        "\n".join(["| system | object | field | failing | what | fix |", "|---|---|---|---|---|---|", *lines])
        if lines
        else "Nothing to remark."
    )
    return {"expectations_broken": len(found), "worst": dg.MetadataValue.md(table)}


def _failures(night: Night) -> Mapping[str, Any]:
    con = night.warehouse.con
    found = rows(
        con,
        "SELECT entity, label, code, sentence, fix FROM record_states WHERE state IN ('FAILING', 'BLOCKED') ORDER BY code, entity, record_key",
    )
    counts = {row["state"].lower(): row["records"] for row in ending.SQL.rows(con, "state_totals")}
    lines = [
        f"| {_cell(r['entity'])} | {_cell(r['label'])} | {r['code']} | {_cell(r['sentence'])} | {_cell(r['fix'])} |"
        for r in found[:50]
    ]
    table = (
        "\n".join(["| object | record | code | why | fix |", "|---|---|---|---|---|", *lines])
        if lines
        else "Nothing is failing."
    )
    states = {name: counts.get(name, 0) for name in ("in_sync", "failing", "excluded", "waiting", "blocked")}
    return {**states, "records": dg.MetadataValue.md(table)}


def _cell(text: Any) -> str:
    """A record's own text inside a markdown table: no pipe, no line break, no markup."""
    plain = " ".join(str(text or "").split())
    return "".join(f"\\{char}" if char in "|`*_[]<>" else char for char in plain[:200])


def _run_report() -> dg.AssetsDefinition:
    checks = [
        dg.AssetCheckSpec(GREEN, asset=key("run_report"), blocking=True, description=_GREEN_MEANS),
        dg.AssetCheckSpec(NOBODY_FAILS, asset=key("run_report"), description="No record is failing."),
    ]

    @dg.asset(
        key=key("run_report"),
        group_name=REPORT,
        kinds={"duckdb"},
        owners=OWNERS,
        deps=[key("failure_report"), key("data_quality_report"), key("reconciliation")],
        description="What the run came to, on one page; the run turns red here, after everything was written down.",
        check_specs=checks,
        backfill_policy=SINGLE_RUN,
    )
    def run_report(night: dg.ResourceParam[LazyNight]) -> dg.MaterializeResult:  # type: ignore[type-arg]
        told = guarded(night, lambda opened: _end(night, opened))
        problems = list(night.ended.problems) if night.ended else [str(night.failure or told.get("problem", ""))]
        failing = int(night.ended.states.get("FAILING", 0)) if night.ended else 0
        said = dg.MetadataValue.md("\n".join(f"- {_cell(problem)}" for problem in problems) or "none")
        error, warn = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
        green = dg.AssetCheckResult(check_name=GREEN, passed=not problems, severity=error, metadata={"problems": said})
        clean = dg.AssetCheckResult(
            check_name=NOBODY_FAILS, passed=failing == 0, severity=warn, metadata={"failing": failing}
        )
        return dg.MaterializeResult(metadata=told, check_results=[green, clean])

    return run_report


def _end(lazy: LazyNight, night: Night) -> Mapping[str, Any]:
    ended = ending.end(night)
    lazy.ended = ended
    totals = {name: sum(int(row[name]) for row in ended.objects) for name in ("created", "updated", "linked")}
    states = {
        name.lower(): ended.states.get(name, 0) for name in ("IN_SYNC", "FAILING", "EXCLUDED", "WAITING", "BLOCKED")
    }
    return {
        **totals,
        **states,
        "evaluated": ended.evaluated,
        "requests": sum(value for name, value in ended.requests.items() if not name.endswith("throttled")),
        "exit_code": int(ended.exit_code),
        "report": dg.MetadataValue.path(ended.report or ""),
    }
