"""The books: the one partitioned asset. Choosing days makes their records due again; it calls no API."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import dagster as dg

from hsqbo_pipeline.defs import steps
from hsqbo_pipeline.defs.grid import Grid
from hsqbo_pipeline.defs.guarded import Told, guarded
from hsqbo_pipeline.defs.names import BOOKS, EXTRACT, OWNERS, PLURAL, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.reports.words import plural

_MARKED = "marked"
_DESCRIPTION = """
The calendar of your books. **A day is what was booked on it**: invoices and payments dated that day, customers and
products created on it, in the company's time zone. Materialising days makes all of it be looked at again, whatever was
said of it before.

To go over some days again: *Jobs → backfill → Partitions → Materialize…*, type the days as `[2026-03-01...2026-03-31]`,
*Launch backfill*. For all books choose *Show all partitions* first: the dialog offers the last 90 days only. A green day was
chosen before; a click on it tells what it came to, and whether it is complete. The nights need no choice: they see every change whatever its day.
The first day stands for everything before it too, today for everything after. Doing it twice writes nothing twice, and
records before the `start` of the rules stay left alone.
"""


def books_asset(grid: Grid) -> dg.AssetsDefinition:
    """The asset over this calendar."""

    @dg.asset(
        key=key(BOOKS),
        partitions_def=grid.partitions,
        group_name=EXTRACT,
        kinds={"duckdb"},
        owners=OWNERS,
        description=_DESCRIPTION,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def books(
        context: dg.AssetExecutionContext,
        night: dg.ResourceParam[LazyNight],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        chosen = list(context.partition_keys)
        if night.failure is None:
            night.look_at(*grid.days(chosen))
        told = guarded(night, _mark)
        if not told.complete:
            # A day that could not be marked must not turn green, and nothing after it could be done either.
            raise dg.Failure(str(night.failure), metadata=told.metadata(), allow_retries=False)
        for day, counts in by_partition(chosen, night.done[_MARKED].answer).items():
            context.add_asset_metadata(counts, partition_key=day)
        return dg.MaterializeResult(metadata={**told.metadata(), "days": len(chosen)})

    return books


def _mark(lazy: LazyNight) -> Told:
    """Marks what is known already. What is only read later in this run is due because it is new."""
    from hsqbo_pipeline.runs import stages

    lazy.done[_MARKED] = steps.timed(lazy, stages.mark_books)
    totals = Counter[str]()
    for (_day, entity), records in lazy.done[_MARKED].answer.items():
        totals[PLURAL[entity]] += records
    numbers = {name: totals[name] for name in PLURAL.values()}
    said = ", ".join(plural(totals[PLURAL[entity]], entity.value) for entity in PLURAL)
    return Told({"records": sum(totals.values()), **numbers}, f"Looked at again, both sides counted: {said}.")


def by_partition(chosen: list[str], counts: Mapping[tuple[date, Entity], int]) -> dict[str, dict[str, int]]:
    """The counts of each chosen day, by plural; days outside of the calendar belong to its two ends."""
    ordered = sorted(chosen)
    found = {day: dict.fromkeys(PLURAL.values(), 0) for day in ordered}
    for (day, entity), records in counts.items():
        place = min(max(day.isoformat(), ordered[0]), ordered[-1])
        if place in found:
            found[place][PLURAL[entity]] += records
    return {day: {"dagster/partition_row_count": sum(each.values()), **each} for day, each in found.items()}
