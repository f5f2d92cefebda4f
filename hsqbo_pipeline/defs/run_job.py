"""Running a job in this process, recorded in DAGSTER_HOME's instance: what `hsqbo demo` and cron use."""

from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.jobs import NIGHT
from hsqbo_pipeline.defs.night_resource import LazyNight, NightResource
from hsqbo_pipeline.runs.ending import Ended


class _Kept(NightResource):
    """The resource, remembered, so that the caller can be told what the run came to."""

    def create(self) -> LazyNight:
        """The one night of this call."""
        made = super().create()
        _LAST.append(made)
        return made


_LAST: list[LazyNight] = []


def run_job(name: str, instance: dg.DagsterInstance | None = None, **fields: Any) -> tuple[bool, Ended | None]:
    """Run a job here and now; whether it was green, and what the run came to. `fields` are those of NightResource."""
    from hsqbo_pipeline.defs.assemble import assemble

    definitions = assemble(night=_Kept())
    job = definitions.resolve_job_def(name)
    config = {"resources": {NIGHT: {"config": fields}}} if fields else None
    _LAST.clear()
    with instance or dg.DagsterInstance.get() as used:
        result = job.execute_in_process(instance=used, run_config=config, raise_on_error=False)
    ended = _LAST[-1].ended if _LAST else None
    return result.success, ended
