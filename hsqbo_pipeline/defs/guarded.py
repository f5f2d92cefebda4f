"""The one place where what goes wrong outside our code becomes data: an asset is materialised and says so.

Bugs pass through and make the run fail; logins, limits, dead hosts, full disks and held locks do not, so that the
report is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.names import OWNERS, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.reports.markdown import plain
from hsqbo_pipeline.settings import load as load_settings


@dataclass
class Told:
    """What an asset has to say: `numbers` under keys that never change (the UI draws their history), a short `summary`
    in markdown, further metadata, and the outcome of its checks."""

    numbers: Mapping[str, int | float] = field(default_factory=dict)
    summary: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[dg.AssetCheckResult, ...] = ()
    version: str | None = None
    complete: bool = True

    def metadata(self) -> dict[str, Any]:
        """As Dagster takes it."""
        summary = {"summary": dg.MetadataValue.md(self.summary)} if self.summary else {}  # the UI keeps this order
        return {**summary, **self.more, "complete": self.complete, **self.numbers}


Work = Callable[[LazyNight], Told]


def guarded(night: LazyNight, work: Work) -> Told:
    """What `work` tells; not complete, with code and sentence, where something outside our code was in the way."""
    from hsqbo_pipeline.store.disk import explained

    began = perf_counter()
    try:
        if night.failure is not None:
            raise night.failure
        with explained(load_settings().data):
            told = work(night)
    except HsqboError as error:
        night.failure = night.failure or error
        told = Told(
            complete=False,
            summary=f"Not done: {plain(str(error))}",
            more={"code": error.code, "problem": dg.MetadataValue.text(str(error))},
        )
    told.numbers = {**told.numbers, "seconds": round(perf_counter() - began, 2)}
    return told


def stage_asset(
    name: str,
    work: Work,
    *,
    group: str,
    kinds: set[str],
    description: str,
    deps: Iterable[str],
    checks: Iterable[dg.AssetCheckSpec] = (),
    columns: Mapping[str, Any] | None = None,
    freshness: dg.FreshnessPolicy | None = None,
) -> dg.AssetsDefinition:
    """An unpartitioned asset whose body is `work`, guarded. `columns` is its schema and lineage as metadata."""
    specs = list(checks)
    static = dict(columns or {})

    @dg.asset(
        key=key(name),
        deps=[key(each) for each in deps],
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        description=description,
        metadata=static,
        check_specs=specs,
        freshness_policy=freshness,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def asset(night: dg.ResourceParam[LazyNight]) -> dg.MaterializeResult:  # type: ignore[type-arg]
        told = guarded(night, work)
        return dg.MaterializeResult(
            metadata={**static, **told.metadata()},
            check_results=[*told.checks, *_unsaid(specs, told)],
            data_version=dg.DataVersion(told.version) if told.version else None,
        )

    return asset


def check(name: str, of: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check that rides inside its asset: no step of its own."""
    return dg.AssetCheckSpec(name, asset=key(of), description=description, blocking=blocking)


def _unsaid(specs: list[dg.AssetCheckSpec], told: Told) -> list[dg.AssetCheckResult]:
    """A check that nobody answered could not be made: that is no pass."""
    answered = {result.check_name for result in told.checks}
    return [
        dg.AssetCheckResult(
            check_name=spec.name,
            passed=False,
            severity=dg.AssetCheckSeverity.ERROR if spec.blocking else dg.AssetCheckSeverity.WARN,
            description="Could not be checked: the asset was not completed.",
        )
        for spec in specs
        if spec.name not in answered
    ]
