"""Jobs and their schedules. Schedules are off until a setting turns them on."""

from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.names import WRITES, connection, key
from hsqbo_pipeline.runs.request import Kind

# Dagster exports no name for what define_asset_job makes.
AssetJob = Any
NIGHT = "night"
_NIGHTLY_CRON = "0 4 * * *"
_CONTINUOUS_CRON = "*/10 * * * *"
_SWEEP_CRON = "0 5 * * 0"


def _config(**fields: Any) -> dict[str, Any]:
    return {"resources": {NIGHT: {"config": fields}}}


def jobs(wait_for_seconds: float) -> list[AssetJob]:
    """Every job. All of them run in one process: two would open the warehouse twice."""
    books = dg.AssetSelection.assets(key("books"))
    everything = dg.AssetSelection.all()
    night = everything - books
    waiting = {"kind": Kind.NIGHTLY.value, "wait_for_seconds": wait_for_seconds}
    tags = {WRITES: connection() or "default"}

    def job(name: str, words: str, selection: dg.AssetSelection, **fields: Any) -> AssetJob:
        return dg.define_asset_job(
            name, selection, description=words, tags=tags, config=_config(**fields), executor_def=dg.in_process_executor
        )

    return [
        job("nightly_sync", "Everything that changed since the last night, both ways.", night, **waiting),
        job("continuous_sync", "The same, every ten minutes, while nobody else is writing.", night, kind=Kind.CONTINUOUS.value),
        job("plan_only", "Plan and report; nothing is written on either side.", night, kind=Kind.PLAN_ONLY.value, apply=False),
        job("apply_plan", "Apply the plan whose hash is given as `approve` in the launchpad.", night, kind=Kind.APPLY_PLAN.value),
        job("full_sweep", "Read everything again: deletions, merges, drift.", night, kind=Kind.SWEEP.value),
        job("backfill", "Look at the books of chosen days again: one run for the whole range.", everything, kind=Kind.BACKFILL.value),
    ]  # fmt: skip


def schedules(made: list[AssetJob], zone: str, *, on: bool) -> list[dg.ScheduleDefinition]:
    """Plain schedules in the company's time zone: a job of partitions would ask for today, which is not over."""
    by_name = {job.name: job for job in made}
    status = dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED
    stopped = dg.DefaultScheduleStatus.STOPPED

    def schedule(name: str, cron: str, default: dg.DefaultScheduleStatus, words: str) -> dg.ScheduleDefinition:
        @dg.schedule(
            name=f"{name}_schedule",
            job=by_name[name],
            cron_schedule=cron,
            execution_timezone=zone,
            default_status=default,
            description=words,
        )
        def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
            return dg.RunRequest(run_key=f"{name}:{context.scheduled_execution_time.isoformat()}")

        return tick

    return [
        schedule("nightly_sync", _NIGHTLY_CRON, status, "At four in the morning, company time."),
        schedule("continuous_sync", _CONTINUOUS_CRON, stopped, "Every ten minutes; off unless somebody turns it on."),
        schedule("full_sweep", _SWEEP_CRON, status, "On Sundays, an hour after the night."),
    ]
