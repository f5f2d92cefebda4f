"""When things run by themselves; all of it off until HSQBO_SCHEDULES turns it on.

Plain schedules: one made from a partitioned job would ask for a day. Four in the morning exists once on every day, also
where the clock changes.
"""

import dagster as dg

from hsqbo_pipeline.defs.jobs import Job
from hsqbo_pipeline.settings import load as load_settings

NIGHTLY, WEEKLY, CONTINUOUS = "0 4 * * *", "0 5 * * 0", "*/10 * * * *"


def schedules(by_name: dict[str, Job], zone: str, *, on: bool) -> list[dg.ScheduleDefinition]:
    """Nightly at 04:00 company time, the sweep on Sundays at 05:00, and every ten minutes in between."""
    status = dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED
    stopped = dg.DefaultScheduleStatus.STOPPED  # more than one night a day is a person's own decision

    @dg.schedule(
        name="nightly_sync_schedule",
        job=by_name["nightly_sync"],
        cron_schedule=NIGHTLY,
        execution_timezone=zone,
        default_status=status,
        description="Every night at 04:00, company time.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=_tick(context))

    @dg.schedule(
        name="full_sweep_schedule",
        job=by_name["full_sweep"],
        cron_schedule=WEEKLY,
        execution_timezone=zone,
        default_status=status,
        description="Every Sunday at 05:00, company time.",
    )
    def weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=_tick(context))

    @dg.schedule(
        name="continuous_sync_schedule",
        job=by_name["continuous_sync"],
        cron_schedule=CONTINUOUS,
        execution_timezone=zone,
        default_status=stopped,
        description="Every ten minutes, unless another run is at work. Turn it on here.",
    )
    def continuous(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        from hsqbo_pipeline.store.lock import holder

        found = holder(load_settings().data)
        if found is not None:
            return dg.SkipReason(f"At work: {found.sentence()}.")
        return dg.RunRequest(run_key=_tick(context))

    return [nightly, weekly, continuous]


def _tick(context: dg.ScheduleEvaluationContext) -> str:
    """One run per tick, however often the daemon is started anew."""
    return context.scheduled_execution_time.isoformat()
