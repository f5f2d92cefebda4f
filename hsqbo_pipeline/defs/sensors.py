"""After a run that broke off or turned red: the report is written from state, and people are told.

A red run has written its report itself; one that broke off (a bug, a killed process) has not. Both end here.
"""

from datetime import UTC, datetime

import dagster as dg

from hsqbo_pipeline.defs.jobs import Job
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
        said = report_from_state(load_settings(), f"dagster-{context.dagster_run.run_id[:8]}")
        return dg.SkipReason(said) if said else None

    return [after_failure]


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
