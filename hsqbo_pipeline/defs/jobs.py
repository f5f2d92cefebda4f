"""The jobs: the same graph, asked for different things."""

from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.names import BOOKS, WRITES, connection, key
from hsqbo_pipeline.defs.reporting import QUALITY
from hsqbo_pipeline.runs.request import Kind

Job = Any  # Dagster's unresolved asset job has no public name


def jobs(wait_for: float) -> list[Job]:
    """All jobs. `wait_for` is how many seconds another run is waited for, where a job waits at all."""
    rest = dg.AssetSelection.all() - dg.AssetSelection.assets(key(BOOKS))
    return [
        _job(
            "nightly_sync",
            rest,
            "The night: everything either side changed since the last run.",
            Kind.NIGHTLY,
            wait_for,
        ),
        _job(
            "continuous_sync",
            rest,
            "The same, every few minutes in between: it steps back when another run is at work.",
            Kind.CONTINUOUS,
            0.0,
        ),
        _job(
            "full_sweep",
            rest,
            "Once a week: both sides read whole again, ids and associations compared; finds what slipped past.",
            Kind.SWEEP,
            wait_for,
        ),
        _job(
            "plan_only",
            rest,
            "A dry run: reads, plans and reports; writes nothing on either side.",
            Kind.PLAN_ONLY,
            wait_for,
            apply=False,
        ),
        _job(
            "apply_plan",
            rest,
            "Applies the plan whose hash you paste into `approve`, if both sides still are as it was made from; else nothing.",
            Kind.APPLY_PLAN,
            wait_for,
            approve="",
            why="",
        ),
        _job(
            "backfill",
            dg.AssetSelection.all(),
            "Looks at the books of some days again, in one run. Choose the days with *Launch backfill*.",
            Kind.BACKFILL,
            wait_for,
        ),
        _job(
            "data_quality",
            dg.AssetSelection.assets(key(QUALITY)),
            "Measures the data as last read; reads and writes nothing on either side.",
            Kind.PLAN_ONLY,
            wait_for,
            apply=False,
        ),
    ]


def _job(name: str, selection: dg.AssetSelection, description: str, kind: Kind, wait_for: float, **config: Any) -> Job:
    """A job whose request stands in its run config, where the launchpad shows it.

    It runs in one process, always: the warehouse is opened once per run. A run that broke off is tried once more by the
    instance; the quick one is not, since the next is minutes away.
    """
    asked = {"kind": kind.value, "wait_for_seconds": wait_for, **config}
    tags = {WRITES: connection() or "default"}
    if kind is Kind.CONTINUOUS:
        tags["dagster/max_retries"] = "0"
    return dg.define_asset_job(
        name,
        selection,
        description=description,
        config={"resources": {"night": {"config": asked}}},
        tags=tags,
        executor_def=dg.in_process_executor,
    )
