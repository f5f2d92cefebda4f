"""The jobs: the same graph, asked for different things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.doctoring import DOCTOR
from hsqbo_pipeline.defs.exporting import EXPORT
from hsqbo_pipeline.defs.names import BOOKS, WRITES, connection, key
from hsqbo_pipeline.defs.reporting import QUALITY
from hsqbo_pipeline.runs.request import Kind

Job = Any  # Dagster's unresolved asset job has no public name


@dataclass(frozen=True)
class Asked:
    """What a job asks for: its words, the night's config, and whether it waits for another run to end."""

    description: str
    kind: Kind
    waits: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


ASKED = {
    "nightly_sync": Asked("The night: everything either side changed since the last run.", Kind.NIGHTLY),
    "continuous_sync": Asked(
        "The same, every few minutes in between: it steps back when another run is at work.",
        Kind.CONTINUOUS,
        waits=False,
    ),
    "full_sweep": Asked(
        "Once a week: both sides read whole again, ids and associations compared; finds what slipped past.", Kind.SWEEP
    ),
    "plan_only": Asked(
        "A dry run: reads, plans and reports; writes nothing on either side.", Kind.PLAN_ONLY, config={"apply": False}
    ),
    "apply_plan": Asked(
        "Applies the plan whose hash you paste into `approve`, if both sides still are as it was made from; else nothing.",
        Kind.APPLY_PLAN,
        config={"approve": "", "why": ""},
    ),
    "backfill": Asked(
        "Looks at the books of some days again, in one run. *Partitions → Materialize…*, type the days as "
        "`[2026-03-01...2026-03-31]`, *Launch backfill*. Done twice it writes nothing; what is from before `start` stays alone.",
        Kind.BACKFILL,
    ),
    "data_quality": Asked(
        "Measures the data as last read; reads and writes nothing on either side.",
        Kind.PLAN_ONLY,
        config={"apply": False},
    ),
    "doctor": Asked(
        "Looks for what would stop or spoil a run; writes nothing on either side.", Kind.DOCTOR, config={"apply": False}
    ),
}


EXPORT_JOB = "export"


def config_of(name: str, wait_for: float) -> dict[str, Any]:
    """The night's config of a job; `wait_for` is how many seconds another run is waited for, where the job waits."""
    asked = ASKED[name]
    return {"kind": asked.kind.value, "wait_for_seconds": wait_for if asked.waits else 0.0, **asked.config}


def jobs(wait_for: float) -> list[Job]:
    """All jobs. The books are in `backfill` alone: every other run looks at what changed, whatever its day.

    The doctor and the export are jobs of their own: a night ends with its report.
    """
    examination, file = dg.AssetSelection.assets(key(DOCTOR)), dg.AssetSelection.assets(key(EXPORT))
    everything = dg.AssetSelection.all() - examination - file
    chosen = {"backfill": everything, "data_quality": dg.AssetSelection.assets(key(QUALITY)), "doctor": examination}
    rest = everything - dg.AssetSelection.assets(key(BOOKS))
    export = dg.define_asset_job(
        EXPORT_JOB,
        file,
        description="Writes the records as a file; formats, columns and filters are chosen in the launchpad.",
        executor_def=dg.in_process_executor,
    )
    return [*(_job(name, chosen.get(name, rest), config_of(name, wait_for)) for name in ASKED), export]


def _job(name: str, selection: dg.AssetSelection, config: dict[str, Any]) -> Job:
    """A job whose request stands in its run config, where the launchpad shows it.

    It runs in one process, always: the warehouse is opened once per run. A run that broke off is tried once more by the
    instance; the quick one is not, since the next is minutes away.
    """
    # Tried anew as a whole: what both sides hold by then counts, and each asset tells what it saw.
    tags = {WRITES: connection() or "default", "dagster/retry_strategy": "ALL_STEPS"}
    if ASKED[name].kind is Kind.CONTINUOUS:
        tags["dagster/max_retries"] = "0"
    return dg.define_asset_job(
        name,
        selection,
        description=ASKED[name].description,
        config={"resources": {"night": {"config": config}}},
        tags=tags,
        executor_def=dg.in_process_executor,
    )
