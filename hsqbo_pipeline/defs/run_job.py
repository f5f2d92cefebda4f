"""Running a job in this process on the instance of DAGSTER_HOME: no daemon, and the run shows in the UI."""

import logging
from collections.abc import Generator, Mapping
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from hsqbo_pipeline.defs.jobs import config_of
from hsqbo_pipeline.defs.names import WRITES, connection
from hsqbo_pipeline.defs.night_resource import LazyNight, NightResource
from hsqbo_pipeline.runs.request import Kind

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.ending import Ended

_LOG = logging.getLogger(__name__)
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_job(
    name: str,
    *,
    kind: Kind | None = None,
    apply: bool | None = None,
    approve: str | None = None,
    approved_by: str = "command line",
    from_day: date | None = None,
    to_day: date | None = None,
    wait_for: float = 0.0,
    instance: dg.DagsterInstance | None = None,
) -> "tuple[bool, Ended | None]":
    """Execute a job: whether it ended green, and what it came to (None where it did not come to its end).

    What is not said is as the job has it; `instance` is DAGSTER_HOME's. Days are books to be looked at again: a range of
    partitions where the job has some, else part of the request. Raises ConfigurationError for settings that are wrong and
    Dagster's own error for a job there is none of.
    """
    from hsqbo_pipeline.defs.assembled import assembled

    _hush()
    job = assembled().resolve_job_def(name)
    said = {
        "kind": kind.value if kind else None,
        "apply": apply,
        "approve": approve,
        "approved_by": approved_by,
        "from_day": from_day.isoformat() if from_day else None,
        "to_day": to_day.isoformat() if to_day else None,
    }
    given = {name: value for name, value in said.items() if value is not None}
    asked = NightResource(**{**config_of(name, wait_for), **given})
    opened: list[LazyNight] = []
    with nullcontext(instance) if instance else dg.DagsterInstance.get() as used:
        result = job.execute_in_process(
            instance=used,
            run_config=_QUIET,
            tags={WRITES: connection() or "default", **_range(job, from_day, to_day)},
            resources={"night": _kept(asked, opened)},
            raise_on_error=False,
        )
    ended = opened[-1].ended if opened else None
    if ended is None:
        _say_why(result, opened[-1] if opened else None)
    return result.success, ended


def _say_why(result: dg.ExecuteInProcessResult, night: LazyNight | None) -> None:
    """A run that did not come to its end: the sentence, or where it is a bug of ours the traceback."""
    if night is not None and night.failure is not None:
        _LOG.error("%s", night.failure)
        return
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            _LOG.error("%s: %s", event.step_key, event.step_failure_data.error.to_string())


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
