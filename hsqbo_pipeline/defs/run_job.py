"""Running a job in this process on the instance of DAGSTER_HOME: no daemon, and the run shows in the UI."""

import logging
from collections.abc import Generator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from hsqbo_pipeline.defs.names import WRITES, connection
from hsqbo_pipeline.defs.night_resource import LazyNight, NightResource
from hsqbo_pipeline.runs.request import Kind

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.ending import Ended

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_job(
    name: str,
    *,
    kind: Kind = Kind.NIGHTLY,
    apply: bool = True,
    approve: str | None = None,
    approved_by: str = "command line",
    from_day: date | None = None,
    to_day: date | None = None,
    wait_for: float = 0.0,
) -> "tuple[bool, Ended | None]":
    """Execute a job: whether it ended green, and what it came to (None where it did not come to its end).

    Days are books to be looked at again: a range of partitions where the job has some, else part of the request.
    Raises ConfigurationError for settings that are wrong and Dagster's own error for a job there is none of.
    """
    from hsqbo_pipeline.defs.assembled import assembled

    _hush()
    job = assembled().resolve_job_def(name)
    asked = NightResource(
        kind=kind.value,
        apply=apply,
        approve=approve or "",
        approved_by=approved_by,
        from_day=from_day.isoformat() if from_day else "",
        to_day=to_day.isoformat() if to_day else "",
        wait_for_seconds=wait_for,
    )
    opened: list[LazyNight] = []
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            run_config=_QUIET,
            tags={WRITES: connection() or "default", **_range(job, from_day, to_day)},
            resources={"night": _kept(asked, opened)},
            raise_on_error=False,
        )
    return result.success, opened[-1].ended if opened else None


def _kept(asked: NightResource, opened: list[LazyNight]) -> dg.ResourceDefinition:
    """The resource as asked for, leaving its night behind so that one can look at how it ended."""

    @dg.resource(description="The open run.")
    def night(context: dg.InitResourceContext) -> Generator[LazyNight, None, None]:
        with asked.yield_for_execution(context) as lazy:
            opened.append(lazy)
            yield lazy

    return night


def _range(job: dg.JobDefinition, first: date | None, last: date | None) -> Mapping[str, str]:
    """The partitions a job with some is to run for, as the UI's backfill would say it."""
    if job.partitions_def is None:
        return {}
    from hsqbo_pipeline.defs.assembled import calendar

    begin, end = calendar().keys_between(first, last)
    return {"dagster/asset_partition_range_start": begin, "dagster/asset_partition_range_end": end}


def _hush() -> None:
    """Dagster's own lines go to the run's page; on the terminal the caller speaks."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
