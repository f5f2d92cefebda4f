"""The one place where what goes wrong outside our code becomes data: an asset is materialised and says so.

Bugs pass through and make the run fail; logins, limits, dead hosts and held locks do not, so that the report is written.
"""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.runs.night import Night


def guarded(night: LazyNight, work: Callable[[Night], Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata of a stage; `complete` is False where it could not be done, with the code and a sentence."""
    try:
        return {"complete": True, **work(night.get())}
    except HsqboError as error:
        return {"complete": False, "code": error.code, "problem": dg.MetadataValue.text(str(error))}


def numbers(counts: Mapping[str, Any]) -> dict[str, int]:
    """Counts as metadata: the keys stay the same from run to run, so that the UI draws their history."""
    return {name: int(value) for name, value in counts.items()}
