"""One self-contained HTML file per run: gathered from the published tables, rendered once, put in place in one step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.codes import mask_emails
from hsqbo_pipeline.reports import causes, conflicts, money, receivables, trends, words
from hsqbo_pipeline.reports.deep_links import places
from hsqbo_pipeline.reports.glance import Glance, glance
from hsqbo_pipeline.reports.html import bundle, charts, payload
from hsqbo_pipeline.reports.html.rendering import environment, put
from hsqbo_pipeline.reports.masking import initials
from hsqbo_pipeline.reports.published import SQL, counts, open_published, run_of

if TYPE_CHECKING:
    import duckdb

FOLDER, LATEST = "reports", "latest.html"
_WRITTEN = ("created", "updated", "linked", "planned")
_DID = ("read", "matched", "created", "updated", "linked", "planned")
_STATES = ("in_sync", "failing", "waiting", "excluded", "blocked")


def write_report(data: Path, run_id: str | None = None, *, masked: bool = False) -> Path:
    """Write `data/reports/run-<number>-<id>.html` and `latest.html` from what is published; the first one's path.

    Without `run_id`, the newest finished run. `masked` hides personal data and writes `…-masked.html` alone. States are
    the present ones whatever run is asked for. Raises ConfigurationError before the first run and for a run that is not known.
    """
    with open_published(data) as con:
        run = run_of(con, run_id)
        text = render(con, run, masked=masked)
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"run-{run['number']}-{run['run_id']}{'-masked' if masked else ''}.html"
    put(path, text)
    if not masked:
        put(folder / LATEST, text)
    return path


def render(con: duckdb.DuckDBPyConnection, run: Row, *, masked: bool = False) -> str:
    """The page as text."""
    seen = glance(con, run)
    records, known = payload.records(con, run["run_id"], masked=masked)
    parts = {
        **_about(seen, masked=masked),
        **_tables(con, run, masked=masked),
        **_money(con, run, masked=masked),
        **_plots(con, run),
        "known": known,
        "records_packed": bundle.packed(records),
        "stories_packed": bundle.packed(payload.stories(con, masked=masked)),
        "places": _places(con),
        "script": bundle.own_script(),
        "style": bundle.own_style(),
        "table_script": bundle.table_script(),
        "table_style": bundle.table_style(),
        "policy": bundle.policy(),
    }
    return environment().get_template("report.html.j2").render(parts)


def _about(seen: Glance, *, masked: bool) -> dict[str, Any]:
    run = seen.run
    found = json.loads(run["counts"] or "{}")
    activity = [row for row in found.get("objects", []) if any(row[name] for name in _WRITTEN)]
    hide = mask_emails if masked else str
    return {
        "run": run,
        "kind": words.KINDS.get(run["kind"], run["kind"]),
        "outcome": words.OUTCOMES.get(run["exit_code"], "ended"),
        "lasted": words.span((run["ended_at"] - run["started_at"]).total_seconds()),
        "lines": seen.lines,
        "problems": [hide(each) for each in seen.problems],
        "groups": [_masked_group(group) if masked else group for group in causes.grouped(seen.causes)],
        "activity": activity,
        # A column of nothing but zeros makes the others narrow.
        "did": [name for name in _DID if any(row[name] for row in activity)],
        "masked": masked,
    }


def _masked_group(group: tuple[str, str, list[causes.Cause]]) -> tuple[str, str, list[causes.Cause]]:
    """Neutral sentences: a group of one would otherwise tell whose it is."""
    from dataclasses import replace

    from hsqbo_pipeline.model.codes import render as told

    name, title, listed = group
    return (
        name,
        title,
        [replace(each, sentence=told(each.code).sentence, fix=told(each.code).fix, instance=False) for each in listed],
    )


def _tables(con: duckdb.DuckDBPyConnection, run: Row, *, masked: bool) -> dict[str, Any]:
    matrix = counts(con)
    return {
        "matrix": matrix,
        "states": _STATES,
        "empty_states": [name for name in _STATES if not any(row[name] for row in matrix)],
        "owners": SQL.rows(con, "owners", run_id=run["run_id"]),
        "conflicts": conflicts.differences(con, masked=masked),
        "drift": [] if masked else SQL.rows(con, "drift_of", run_id=run["run_id"]),
        "coverage": SQL.rows(con, "coverage"),
        **_quality(con, run, masked=masked),
        "reads": SQL.rows(con, "reads_of", run_id=run["run_id"]),
    }


def _quality(con: duckdb.DuckDBPyConnection, run: Row, *, masked: bool) -> dict[str, Any]:
    """The worst findings, each with a few ids, and the records that several findings name."""
    found = SQL.rows(con, "quality_worst", run_id=run["run_id"], limit=25)
    worst = SQL.rows(con, "quality_records", run_id=run["run_id"], limit=10)
    return {
        "quality": [{**row, "samples": json.loads(row["samples"] or "[]")[:3]} for row in found],
        "worst_records": [{**row, "label": initials(row["label"]) if masked else row["label"]} for row in worst],
    }


def _money(con: duckdb.DuckDBPyConnection, run: Row, *, masked: bool) -> dict[str, Any]:
    sums, customers = money.tie_out(con, run["run_id"])
    if masked:
        customers = [{**row, "label": initials(row["label"])} for row in customers]
    ages = receivables.age_table(con, money.business_day(run))
    item, fallback = money.fallback_value(con, run)
    return {
        "months": money.months(con, run["run_id"]),
        "difference_causes": money.difference_causes(con, run["run_id"]),
        "tie_sums": sums,
        "ties": customers,
        "ages": ages,
        "age_totals": receivables.totals(ages),
        "today": money.business_day(run),
        "fallback_item": item,
        "fallback": fallback,
        "fees": money.fee_table(con, run["run_id"]),
        "fee_sums": money.fee_sums(con, run["run_id"]),
    }


def _plots(con: duckdb.DuckDBPyConnection, run: Row) -> dict[str, Any]:
    from markupsafe import Markup

    runs = trends.runs_lately(con, run)
    # The pictures hold numbers and our own words only; nothing of a record stands in them.
    drawn = (
        ("Open records by state, run by run", charts.states_over_runs(runs)),
        ("Values without fault, run by run", charts.quality_over_runs(trends.quality_lately(con, run))),
        ("Requests, run by run", charts.requests_over_runs(runs)),
        ("How long a change can have waited", charts.lag_over_runs(runs)),
    )
    pictures = [(title, Markup(charts.picture(spec))) for title, spec in drawn if spec]  # noqa: S704
    return {"plots": pictures, "allowances": trends.allowances(con, run), "runs_shown": len(runs)}


def _places(con: duckdb.DuckDBPyConnection) -> str:
    found = places(con)
    return json.dumps({"hubspot": found.hubspot, "quickbooks": found.quickbooks}).replace("<", "\\u003c")
