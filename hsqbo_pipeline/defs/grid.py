"""The calendar of books: one partition per day in the company's time zone.

The first day stands for itself and everything before, the running day for itself and everything after, so that all
days together are all books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.settings import Settings


@dataclass(frozen=True)
class Grid:
    """The days one can choose. `zone` is the name of the company's time zone."""

    first: date
    zone: str

    @property
    def partitions(self) -> dg.DailyPartitionsDefinition:
        """As Dagster draws them; the running day is one of them."""
        return dg.DailyPartitionsDefinition(start_date=self.first.isoformat(), timezone=self.zone, end_offset=1)

    def days(self, keys: Sequence[str]) -> tuple[date | None, date | None]:
        """First and last day of the chosen partitions; None where it is open (the two ends of the calendar).

        All of it begins with the beginning of time: two open ends would mean that no days were chosen.
        """
        chosen = sorted(keys)
        newest = self.partitions.get_last_partition_key()
        first = None if chosen[0] == self.first.isoformat() else date.fromisoformat(chosen[0])
        last = None if newest is None or chosen[-1] >= newest else date.fromisoformat(chosen[-1])
        return date.min if first is None and last is None else first, last

    def keys_between(self, first: date | None, last: date | None) -> tuple[str, str]:
        """The partitions at both ends of some days; days outside of the calendar are in its first or last partition."""
        keys = self.partitions.get_partition_keys()
        begin = max(first.isoformat(), keys[0]) if first else keys[0]
        end = min(last.isoformat(), keys[-1]) if last else keys[-1]
        return min(begin, keys[-1]), max(end, keys[0])


def grid(settings: Settings, rules: Rules) -> Grid:
    """The calendar from the rules' start, else from the start that the first run fixed, else from today."""
    start = rules.start_utc or _first_run(settings.data) or datetime.now(rules.zone)
    return Grid(start.astimezone(rules.zone).date(), rules.timezone)


def _first_run(data: Path) -> datetime | None:
    """When the first run began: its day is the start, where the rules leave it open. From the published tables, since
    the live warehouse may be in use."""
    path = data / "published" / "runs.parquet"
    if not path.is_file():
        return None
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        found = con.read_parquet(str(path)).aggregate("min(started_at)::VARCHAR AS first").fetchall()
    return datetime.fromisoformat(found[0][0]) if found[0][0] else None
