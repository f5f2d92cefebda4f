"""After a run that broke off or turned red: the report is written from state, and people are told.

A red run has written its report itself; one that broke off (a bug, a killed process) has not. Both end here.
"""

from datetime import UTC, datetime

import dagster as dg

from hsqbo_pipeline.defs.jobs import Job
from hsqbo_pipeline.defs.names import key
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.settings import load as load_settings


def sensors(jobs: list[Job], *, on: bool) -> list[dg.SensorDefinition]:
    """The one sensor."""

    @dg.run_failure_sensor(
        name="after_failure",
        monitored_jobs=jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED,
        description="When a run failed: writes the report from what is known, and sends the message for people.",
    )
    def after_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        from hsqbo_pipeline.reports.alerts import tell_broken

        settings = load_settings()
        said = report_from_state(settings, f"dagster-{context.dagster_run.run_id[:8]}")
        broken = broken_off(settings, context)
        if broken is not None:
            tell_broken(settings, settings.data, f"Job {context.dagster_run.job_name}", broken, _then(context))
        return dg.SkipReason(said) if said else None

    return [after_failure]


def broken_off(settings: Settings, context: dg.RunFailureSensorContext) -> str | None:
    """Why a run did not come to its end; None for one that did, red or not: that one has told people itself."""
    from hsqbo_pipeline.defs.run_report import NAME

    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    if record is not None and _ended_since(settings, record.create_timestamp):
        return None
    told = context.instance.get_latest_materialization_event(key(NAME))
    if told is not None and told.run_id == context.dagster_run.run_id and told.asset_materialization is not None:
        problem = told.asset_materialization.metadata.get("problem")
        if problem is not None:
            return str(problem.value)
    for step in context.get_step_failure_events():
        error = step.step_failure_data.error
        error = (error.cause or error) if error is not None else None  # Dagster wraps what a step raises
        if error is not None and error.cls_name:
            return f"{error.cls_name} in {step.step_key}, which is a bug of ours; the run's page has the rest."
    return "Its process was gone: killed, out of memory, or the machine went down."


def _ended_since(settings: Settings, moment: datetime) -> bool:
    from hsqbo_pipeline.reports.published import last_run, open_published

    try:
        with open_published(settings.data) as con:
            run = last_run(con)
    except HsqboError:
        return False
    return run is not None and bool(run["started_at"] >= moment)


def _then(context: dg.RunFailureSensorContext) -> str:
    if context.dagster_run.tags.get("dagster/will_retry") == "true":
        return "it is tried once more."
    return "put it right, then launch the job again; what was written is known and is not written twice."


def report_from_state(settings: Settings, name: str) -> str | None:
    """Publish what the warehouse holds, write the reports and tell people. What was in the way, None if nothing.

    Raises nothing of ours: while another run is at work, that one will tell.
    """
    from hsqbo_pipeline.reports import write_all
    from hsqbo_pipeline.reports.alerts import tell
    from hsqbo_pipeline.store.lock import run_lock
    from hsqbo_pipeline.store.publish import publish
    from hsqbo_pipeline.store.warehouse import Warehouse

    try:
        with run_lock(settings.data, name, now=datetime.now(UTC)), Warehouse.open(settings.data) as warehouse:
            publish(warehouse)
        write_all(settings.data)
        tell(settings, settings.data)
    except HsqboError as error:
        return str(error)
    return None
