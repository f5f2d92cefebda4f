"""`books`: the only partitioned asset. A day is the books of that day; materialising it makes them be looked at again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from hsqbo_pipeline.defs.guarded import guarded
from hsqbo_pipeline.defs.names import EXTRACT, OWNERS, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.runs import stages
from hsqbo_pipeline.runs.night import Night


def days(first: date, zone: ZoneInfo) -> dg.DailyPartitionsDefinition:
    """The grid: the first partition is that day and everything before it, the last is today and everything after."""
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone=zone.key, end_offset=1)


def books(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset with its grid of days."""

    @dg.asset(
        key=key("books"),
        group_name=EXTRACT,
        kinds={"duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=(
            "The books of a day, in the company's time zone: invoices and payments dated on it, customers and products made on "
            "it. Choose days here to have them looked at again; it calls no API itself. The first day stands for all before it."
        ),
    )
    def mark_books(context: dg.AssetExecutionContext, night: dg.ResourceParam[LazyNight]) -> dg.MaterializeResult[None]:
        keys = list(context.partition_keys)
        told = guarded(night, lambda opened: _mark(opened, context, keys, partitions))
        return dg.MaterializeResult(metadata=told)

    return mark_books


def _mark(
    night: Night, context: dg.AssetExecutionContext, keys: list[str], partitions: dg.DailyPartitionsDefinition
) -> Mapping[str, Any]:
    chosen = sorted(date.fromisoformat(one) for one in keys)
    first, last = chosen[0], chosen[-1]
    open_start = first.isoformat() == partitions.get_first_partition_key()
    open_end = last.isoformat() == partitions.get_last_partition_key()
    stages.replace_run(night, from_day=date.min if open_start else first, to_day=date.max if open_end else last)
    counts = stages.mark_books(night)
    for one in keys:
        day = date.fromisoformat(one)
        told = {f"{entity.value}s": number for (found, entity), number in counts.items() if found == day}
        context.add_asset_metadata(told, asset_key=key("books"), partition_key=one)
    return {
        "days": len(keys),
        "records": sum(counts.values()),
        "marked_at": dg.MetadataValue.text(datetime.now().astimezone().isoformat()),
    }
