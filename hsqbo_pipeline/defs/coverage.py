"""What a backfill came to day by day: noted on the days of `books`, so that the grid tells which of them are complete."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from hsqbo_pipeline.defs.grid import Grid
from hsqbo_pipeline.defs.names import BOOKS, key

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

_STATES = ("in_step", "failing", "waiting", "left_out", "blocked")


def coverage(night: "Night", grid: Grid) -> Iterator[dg.AssetObservation]:
    """An observation for each chosen day that has records; none where no days were chosen.

    A day is complete when each of its records is in step or left out by a rule. Days outside of the calendar belong to its
    two ends.
    """
    if night.request.days is None or not grid.partitions.get_partition_keys():
        return  # a `start` that is still to come has no day yet
    first, last = grid.keys_between(night.request.from_day, night.request.to_day)
    for day, counts in sorted(_by_day(night, first, last).items()):
        told = dict(zip(_STATES, counts, strict=True))
        complete = not told["failing"] and not told["waiting"] and not told["blocked"]
        yield dg.AssetObservation(key(BOOKS), partition=day, metadata={"complete_after_the_run": complete, **told})


def _by_day(night: "Night", first: str, last: str) -> dict[str, list[int]]:
    """Records by state of each partition between two, both included."""
    from hsqbo_pipeline.core.tables import rows

    found: dict[str, list[int]] = {}
    asked_from, asked_to = night.request.days or (date.min, date.max)
    query = (
        "SELECT business_day, count(*) FILTER (state = 'IN_SYNC')::INTEGER AS in_step, count(*) FILTER (state = 'FAILING')::INTEGER AS failing,"
        " count(*) FILTER (state = 'WAITING')::INTEGER AS waiting, count(*) FILTER (state = 'EXCLUDED')::INTEGER AS left_out,"
        " count(*) FILTER (state = 'BLOCKED')::INTEGER AS blocked"
        " FROM record_states WHERE business_day BETWEEN $first AND $last GROUP BY business_day"
    )
    for row in rows(night.warehouse.con, query, {"first": asked_from, "last": asked_to}):
        day = min(max(row["business_day"].isoformat(), first), last)
        counts = found.setdefault(day, [0] * len(_STATES))
        found[day] = [known + row[name] for known, name in zip(counts, _STATES, strict=True)]
    return found
