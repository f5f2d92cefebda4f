"""What people read between the writes and the end of a run: failures, the proof to the cent, the quality of the data."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from hsqbo_pipeline.defs import steps
from hsqbo_pipeline.defs.guarded import Told, check, stage_asset
from hsqbo_pipeline.defs.names import REPORT, applied
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.reports.markdown import plain, sentence, table
from hsqbo_pipeline.reports.words import SYSTEMS, brief, plural

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

FAILURES, QUALITY, PROOF = "failure_report", "data_quality_report", "reconciliation"
DIMENSIONS = {
    "completeness": "What one needs to know of a record is filled in.",
    "uniqueness": "No two records claim the same e-mail address, SKU, name or number.",
    "validity": "Values are what they should be, and add up.",
    "consistency": "Paired records say the same on both sides.",
    "freshness": "Nothing open has been left lying for long.",
}
SHOWN = 15
_Finding = tuple[str, str, str, str]  # object, side, field, what


def reporting() -> list[dg.AssetsDefinition]:
    """The three reports; each can be run alone."""
    return [failure_asset(), proof_asset(), quality_asset()]


def failure_asset() -> dg.AssetsDefinition:
    """Every record that is not in step."""
    return stage_asset(
        FAILURES,
        lambda lazy: Told() if lazy.failure else _failures(lazy),
        group=REPORT,
        kinds={"duckdb", "csv"},
        description="**Each record that is left out, with the reason, the fix, and who can do it**: failing, blocked, waiting, "
        "and in step with a warning. What began in this run is marked new. The whole list is the table `record_states`, the "
        "csv in `data/reports/`, and the HTML report.",
        deps=[applied(Entity.PAYMENT)],
        checks=[
            check(
                "no_failing_rows",
                FAILURES,
                "Nothing is failing. A warning: failing records alone don't turn a run red.",
            ),
            check("nothing_blocked", FAILURES, "Nothing is held up by a login, a read or a setting."),
        ],
    )


def _failures(lazy: LazyNight) -> Told:
    from hsqbo_pipeline.reports.failures import failures

    night = lazy.get()
    found = failures(night.warehouse.con, night.run_id)
    states = Counter(row["state"].lower() for row in found)
    codes = Counter(row["code"] for row in found)
    numbers = {
        "failing": states["failing"],
        "blocked": states["blocked"],
        "waiting": states["waiting"],
        "warnings": states["warning"],
        "new": sum(bool(row["new"]) for row in found),
        "dagster/row_count": len(found),
    }
    file = night.settings.data / "reports" / f"failures-{night.number}-{night.run_id}.csv"
    more: dict[str, Any] = {
        **({"first_rows": dg.MetadataValue.md(_first_rows(found))} if found else {}),
        "by_code": dg.MetadataValue.md(
            table(("code", "records"), ((plain(code), n) for code, n in codes.most_common()))
        ),
        "csv": dg.MetadataValue.path(str(file.resolve())),
    }
    checks = (_warn("no_failing_rows", states["failing"]), _warn("nothing_blocked", states["blocked"]))
    said = ", ".join(f"{numbers[name]:,} {name}" for name in ("failing", "blocked", "waiting", "warnings", "new"))
    return Told(numbers, f"{said}.", more, checks)


def _first_rows(found: list[dict[str, Any]]) -> str:
    rows = [
        (
            row["new"],
            row["object"],
            _linked(brief(row["record"] or row["record_key"], 48), row),
            row["state"].lower(),
            plain(row["reason"]),
            sentence(row["fix"]),
            row["who_acts"] or "",
        )
        for row in found[:SHOWN]
    ]
    more = f"\n\n… and {len(found) - SHOWN:,} more in the csv." if len(found) > SHOWN else ""
    return table(("", "object", "record", "state", "reason", "fix", "who acts"), rows) + more


def _linked(label: str, row: dict[str, Any]) -> str:
    pages = [
        f"[{name}]({row[column]})"
        for name, column in (("HubSpot", "hubspot_page"), ("QuickBooks", "quickbooks_page"))
        if row[column]
    ]
    return " ".join([plain(label), *pages])


def proof_asset() -> dg.AssetsDefinition:
    """Both sides month by month."""
    return stage_asset(
        PROOF,
        _prove,
        group=REPORT,
        kinds={"duckdb"},
        description="The proof, to the cent: counts, totals, tax, balances and cash of both sides by month and currency. Each "
        "difference is traced to records that are said not to be in step, by exactly what they differ by; anything else is "
        "*unexplained* and turns the run red. Beside it the books against themselves: each customer's balance from its own "
        "documents.",
        deps=[applied(Entity.PAYMENT)],
        checks=[
            check("nothing_unexplained", PROOF, "Every cent between the two sides has a named record behind it."),
            check(
                "explained_grows_slowly",
                PROOF,
                "What is explained has not grown by more than `reconciliation.explained_growth_percent` of a month's figure "
                "since the proof before.",
            ),
        ],
    )


def _prove(lazy: LazyNight) -> Told:
    from hsqbo_pipeline.core.tables import rows
    from hsqbo_pipeline.runs import ending

    steps.reach(lazy, steps.VALIDATED)
    lazy.done["prove"] = steps.timed(lazy, ending.prove)
    night = lazy.get()
    months = rows(
        night.warehouse.con,
        "SELECT month, currency, measure, quickbooks, hubspot, explained, unexplained FROM reconciliation"
        " WHERE run_id = $run ORDER BY month DESC, currency, measure",
        {"run": night.run_id},
    )
    ties = rows(
        night.warehouse.con,
        "SELECT count(*)::INTEGER AS records FROM tie_out WHERE run_id = $run AND difference <> 0",
        {"run": night.run_id},
    )[0]["records"]
    unexplained = sum(abs(row["unexplained"]) for row in months)
    numbers: dict[str, int | float] = {
        "unexplained_cents": int(unexplained * 100),  # a plot needs a number, and money is no float
        "unexplained_rows": sum(row["unexplained"] != 0 for row in months),
        "differences_explained": sum(row["explained"] != 0 for row in months),
        "customers_that_do_not_tie_out": ties,
        "months": len({row["month"] for row in months}),
        "dagster/row_count": len(months),
    }
    _ensure_published(lazy)
    result = dg.AssetCheckResult(
        check_name="nothing_unexplained",
        passed=not unexplained,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"unexplained": f"{unexplained:.2f}"},
    )
    grew = ending.growth(night)
    slow = dg.AssetCheckResult(
        check_name="explained_grows_slowly",
        passed=not grew,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"grown": len(grew)},
        description="\n".join(grew) or None,
    )
    shown = sorted(months, key=lambda row: (row["unexplained"] == 0, row["explained"] == 0))[:SHOWN]
    summary = f"{unexplained:,.2f} unexplained over {numbers['months']} months; {ties:,} customers do not tie out."
    columns = ("month", "currency", "measure", "quickbooks", "hubspot", "explained", "unexplained")
    shown_table = table(columns, ([plain(row[column]) for column in columns] for row in shown)) if shown else ""
    return Told(numbers, f"{summary}\n\n{shown_table}", checks=(result, slow))


def quality_asset() -> dg.AssetsDefinition:
    """The data of both sides, measured."""
    return stage_asset(
        QUALITY,
        _measure,
        group=REPORT,
        kinds={"duckdb"},
        description="How good the data of both sides is, in five dimensions, with what each finding means and what to do about "
        "it. **Runs alone, without syncing**: job *data_quality*.",
        deps=[applied(Entity.PAYMENT)],
        checks=[check(name, QUALITY, what) for name, what in DIMENSIONS.items()],
    )


def _measure(lazy: LazyNight) -> Told:
    from datetime import UTC, datetime

    from hsqbo_pipeline.core.quality import measure_quality

    def measured(night: "Night") -> list[Any]:
        now = night.situation.now if night.read_already else datetime.now(UTC)
        with night.warehouse.transaction() as con:
            return measure_quality(con, night.run_id, now)

    found = steps.timed(lazy, measured).answer
    changes = _changes(lazy.get())
    _ensure_published(lazy)
    worst = [measure for measure in found if measure.failed]
    numbers: dict[str, int | float] = {
        "measures": len(found),
        "records_checked": sum(measure.checked for measure in found),
        "worse_than_last_run": sum(max(change or 0, 0) for change in changes.values()),
        **{
            severity: sum(m.failed for m in worst if m.severity == severity)
            for severity in ("error", "warning", "info")
        },
    }
    numbers |= {f"{name}_percent": _share(found, name) for name in DIMENSIONS}
    more = {"worst": dg.MetadataValue.md(_worst(worst, changes))} if worst else {}
    checks = tuple(_dimension(name, found, changes) for name in DIMENSIONS)
    return Told(numbers, _quality_line(numbers, worst), more, checks)


def _quality_line(numbers: Mapping[str, int | float], worst: list[Any]) -> str:
    if not worst:
        return "Nothing to complain about."
    counted = ", ".join(plural(int(numbers[name]), name) for name in ("error", "warning", "info") if numbers[name])
    first = ", ".join(f"{name} {numbers[f'{name}_percent']} %" for name in DIMENSIONS)
    more = f" {numbers['worse_than_last_run']:,} more than in the last run." if numbers["worse_than_last_run"] else ""
    return f"{counted}.{more} Without fault: {first}."


def _share(found: list[Any], dimension: str) -> float:
    """The share of checked values without fault, in percent."""
    mine = [measure for measure in found if measure.dimension == dimension]
    checked = sum(measure.checked for measure in mine)
    return round(100 * (1 - sum(measure.failed for measure in mine) / checked), 2) if checked else 100.0


def _changes(night: "Night") -> dict[_Finding, int | None]:
    """By finding, how many records more (or fewer) than in the run before; None where it was not measured then."""
    from hsqbo_pipeline.reports.published import SQL

    found = SQL.rows(night.warehouse.con, "quality_worst", run_id=night.run_id, limit=10_000)
    return {(row["entity"], row["system"], row["field"], row["what"]): row["drift"] for row in found}


def _dimension(name: str, found: list[Any], changes: dict[_Finding, int | None]) -> dg.AssetCheckResult:
    mine = [measure for measure in found if measure.dimension == name and measure.failed]
    serious = [measure for measure in mine if measure.severity == "error"]
    return dg.AssetCheckResult(
        check_name=name,
        passed=not any(measure.severity != "info" for measure in mine),
        severity=dg.AssetCheckSeverity.ERROR if serious else dg.AssetCheckSeverity.WARN,
        description=f"{plural(sum(measure.failed for measure in mine), 'finding')}." if mine else "Nothing found.",
        metadata={
            "findings": sum(measure.failed for measure in mine),
            "good_percent": _share(found, name),
            **({"worst": dg.MetadataValue.md(_worst(mine, changes))} if mine else {}),
        },
    )


def _worst(measures: list[Any], changes: dict[_Finding, int | None]) -> str:
    rows = [
        (
            measure.severity,
            measure.entity,
            SYSTEMS.get(measure.system, measure.system),
            plain(measure.field),
            f"{measure.failed:,} of {measure.checked:,}",
            _change(changes.get((measure.entity, measure.system, measure.field, measure.what))),
            plain(measure.what),
            sentence(measure.fix),
            plain(", ".join(measure.samples[:5])),
        )
        for measure in measures[:SHOWN]
    ]
    return table(("severity", "object", "side", "field", "found", "since last run", "what", "fix", "such as"), rows)


def _change(records: int | None) -> str:
    return "new" if records is None else f"{records:+,}" if records else "same"


def _ensure_published(lazy: LazyNight) -> None:
    """A report that is run alone shows itself to readers; in a whole run the end does."""
    if "read" not in lazy.done or f"apply {Entity.PAYMENT.value}" not in lazy.done:
        from hsqbo_pipeline.store.publish import publish

        publish(lazy.get().warehouse)


def _warn(name: str, failing: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name, passed=not failing, severity=dg.AssetCheckSeverity.WARN, metadata={"records": failing}
    )
