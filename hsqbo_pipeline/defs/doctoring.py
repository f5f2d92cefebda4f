"""The examination as an asset of its own: in no other job, and the job `doctor` runs nothing else."""

from collections import Counter
from typing import TYPE_CHECKING

import dagster as dg

from hsqbo_pipeline.defs.guarded import Told, check, stage_asset
from hsqbo_pipeline.defs.names import REPORT
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.reports.markdown import plain, table
from hsqbo_pipeline.runs.request import Kind

if TYPE_CHECKING:
    from hsqbo_pipeline.model.findings import Finding

DOCTOR = "examination"
CHECK = "nothing_stops_a_run"


def doctor_asset() -> dg.AssetsDefinition:
    """What would stop or spoil a run."""
    return stage_asset(
        DOCTOR,
        _examine,
        group=REPORT,
        kinds={"hubspot", "quickbooks"},
        description="**What would stand in a run's way**: logins, permissions, settings of both systems, accounts, records, "
        "allowances; each with what comes of it and the fix. Writes nothing on either side. Launch the job *doctor*.",
        deps=[],
        checks=[check(CHECK, DOCTOR, "Nothing that was found would stop a run. A warning: it turns nothing red.")],
    )


def _examine(lazy: LazyNight) -> Told:
    from hsqbo_pipeline.model.findings import Weight
    from hsqbo_pipeline.runs.doctor import examine

    if lazy.request.kind is not Kind.DOCTOR:
        # Inside another run there is no second one: the examination would close it before its end.
        return Told(summary="Launch the job *doctor* to examine the connection.", checks=(_check([]),))
    found = examine(lazy.get())
    counts = Counter(one.weight.value for one in found.findings)
    numbers = {weight.value: counts[weight.value] for weight in Weight}
    rows = [
        (one.weight.value, one.code, *map(plain, (one.sentence, one.consequence, one.fix))) for one in found.findings
    ]
    more = {
        "findings": dg.MetadataValue.md(table(("", "code", "what is the case", "what comes of it", "fix"), rows)),
        "facts": dg.MetadataValue.md(table(("", ""), ((plain(k), plain(v)) for k, v in found.facts.items()))),
    }
    stopping = [one for one in found.findings if one.weight is Weight.STOPS]
    said = ", ".join(f"{count} {weight}" for weight, count in numbers.items())
    return Told(numbers, f"{said}.", more, (_check(stopping),))


def _check(stopping: "list[Finding]") -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=not stopping,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(f"{one.sentence} {one.fix}" for one in stopping) or "Nothing would stop a run.",
    )
