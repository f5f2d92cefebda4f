"""The last asset: it closes the run, and its one blocking check is what turns a run red."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from hsqbo_pipeline.defs.guarded import Told, check, stage_asset
from hsqbo_pipeline.defs.names import REPORT
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.defs.reporting import FAILURES, PROOF, QUALITY
from hsqbo_pipeline.reports.markdown import plain, table
from hsqbo_pipeline.reports.words import left_alone
from hsqbo_pipeline.settings import load as load_settings

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.ending import Ended

NAME = "run_report"
GREEN = "run_is_green"
_COUNTS = ("created", "updated", "linked", "excluded", "failing", "waiting", "planned")
_SHOWN = ("created", "updated", "unchanged", "excluded", "failing", "waiting")
_TO = {"quickbooks_to_hubspot": "HubSpot", "hubspot_to_quickbooks": "QuickBooks"}
_OVERDUE = timedelta(hours=3)  # a night that has not told by 07:00 is late


def run_report_asset(zone: str, *, scheduled: bool) -> dg.AssetsDefinition:
    """The end of a run. It is expected fresh each morning where schedules are on."""
    fresh = dg.FreshnessPolicy.cron(deadline_cron="0 7 * * *", lower_bound_delta=_OVERDUE, timezone=zone)
    return stage_asset(
        NAME,
        _close,
        group=REPORT,
        kinds={"duckdb", "html"},
        description="**What happened, in one look**, and the whole report as one HTML file. Always written, also where "
        "something went wrong. Its check turns the run red when a read was incomplete, something is blocked, a record is in "
        "no state, money is unexplained, or more records began to fail than the rules allow; the reasons stand in it.",
        deps=[FAILURES, PROOF, QUALITY],
        checks=[
            check(
                GREEN,
                NAME,
                "Everything was read, every record is accounted for, every cent is explained.",
                blocking=True,
            )
        ],
        freshness=fresh if scheduled else None,
    )


def _close(lazy: LazyNight) -> Told:
    from hsqbo_pipeline.runs import ending

    if not lazy.done:
        return _last(lazy)
    if "prove" not in lazy.done:
        ending.prove(lazy.get())
    ended = lazy.ended = ending.end(lazy.get())
    _tell_days(lazy)
    _tell_people()
    return Told(
        _numbers(ended),
        _summary(ended),
        _places(ended),
        (_green(ended.problems),),
        version=ended.plan_hash,
        complete=True,
    )


def _numbers(ended: "Ended") -> dict[str, int | float]:
    totals = {name: sum(row[name] for row in ended.objects) for name in _COUNTS}
    # `unchanged` counts pairs, which both directions of an object share.
    unchanged = {row["object"]: row["unchanged"] for row in ended.objects}
    return {
        "records_read": sum(row["records"] for row in ended.reads),
        **totals,
        "unchanged": sum(unchanged.values()),
        "evaluated": ended.evaluated,
        "before_start": ended.before_start,
        "in_sync": ended.states.get("IN_SYNC", 0),
        "blocked": ended.states.get("BLOCKED", 0),
        "requests": sum(count for name, count in ended.requests.items() if not name.endswith("throttled")),
        "run_seconds": round(ended.seconds, 1),
        "throttled": sum(count for name, count in ended.requests.items() if name.endswith("throttled")),
        "exit_code": int(ended.exit_code),
    }


def _summary(ended: "Ended") -> str:
    """The five lines of the morning message, then what was done; narrow, since the page gives it half a screen."""
    from hsqbo_pipeline.reports.published import open_published, run_of
    from hsqbo_pipeline.reports.summary import summary_markdown

    with open_published(load_settings().data) as con:
        lines = summary_markdown(con, run_of(con, ended.run_id))
    rows = [
        (f"{plain(row['object'])} → {_TO[row['direction']]}", *(f"{row[name]:,}" for name in _SHOWN))
        for row in ended.objects
    ]
    head = f"Run {ended.number}: **{_word(ended)}**. {left_alone(ended.before_start)}".rstrip()
    return f"{head}\n\n{lines}\n\n{table(('object', *_SHOWN), rows)}"


def _word(ended: "Ended") -> str:
    if ended.problems:
        return "red"
    return "green; its plan waits for approval" if ended.waiting else "green"


def _places(ended: "Ended") -> Mapping[str, Any]:
    states = table(("state", "records"), ((state, count) for state, count in sorted(ended.states.items())))
    more: dict[str, Any] = {"states": dg.MetadataValue.md(states), "run": ended.run_id}
    if ended.report:
        path = Path(ended.report).resolve()
        more |= {"report": dg.MetadataValue.path(str(path)), "open_report": dg.MetadataValue.url(path.as_uri())}
    return more


def _green(problems: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=GREEN,
        passed=not problems,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(problems) or "Everything is as it should be.",
    )


def _last(lazy: LazyNight) -> Told:
    """Run alone, this tells of the last run instead of making one: a sync is a job of its own."""
    from hsqbo_pipeline.reports.published import last_run, open_published

    data = load_settings().data
    lazy.get()  # so that nobody is writing while we look
    with open_published(data) as con:
        run = last_run(con)
    if run is None:
        return Told(summary="No run has ended yet. Launch the job *nightly_sync*.", checks=(_green([]),))
    red = run["exit_code"] not in (0, 3)
    said = f"Run {run['number']} ended with exit code {run['exit_code']}. To sync, launch the job *nightly_sync*."
    return Told({"exit_code": run["exit_code"]}, said, checks=(_green([said] if red else []),))


def _tell_days(lazy: LazyNight) -> None:
    """What a backfill came to, on each of its days in the grid."""
    from hsqbo_pipeline.defs.assembled import calendar
    from hsqbo_pipeline.defs.coverage import coverage

    context = dg.OpExecutionContext.get()
    for observation in coverage(lazy.get(), calendar()):
        context.log_event(observation)


def _tell_people() -> None:
    """The message for people, if there is anything new; sending never fails a run."""
    settings = load_settings()
    if settings.alert_urls or settings.export_urls or settings.ping_url.get_secret_value():
        from hsqbo_pipeline.reports.alerts import tell

        told = tell(settings, settings.data)
        for what in told.failed:
            dg.get_dagster_logger("hsqbo").warning(
                f"The {what} did not get through; it is told again with the next run."
            )
