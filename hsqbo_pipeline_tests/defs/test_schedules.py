"""When runs start by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from hsqbo_pipeline.definitions import defs
from hsqbo_pipeline.defs.grid import Grid
from hsqbo_pipeline.store.lock import run_lock

ZONE = ZoneInfo("America/New_York")
SCHEDULES = ("nightly_sync_schedule", "full_sweep_schedule", "continuous_sync_schedule")


@pytest.fixture(autouse=True)
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of our own, and no data folder yet."""
    path = tmp_path / "sync.yaml"
    path.write_text("timezone: America/New_York\nstart: 2026-03-01T00:00:00\n", encoding="utf-8")
    monkeypatch.setenv("HSQBO_RULES", str(path))
    monkeypatch.setenv("HSQBO_DATA", str(tmp_path / "data"))


def schedule(name: str) -> dg.ScheduleDefinition:
    found = defs().resolve_schedule_def(name)
    assert isinstance(found, dg.ScheduleDefinition)
    return found


def ticks(name: str, begin: datetime, end: datetime) -> list[datetime]:
    """When the daemon would start a schedule between two moments."""
    from dagster._utils.schedules import schedule_execution_time_iterator  # the daemon's own; there is no public one

    found = []
    made = schedule(name)
    zone = made.execution_timezone
    for tick in schedule_execution_time_iterator(begin.timestamp(), made.cron_schedule, zone):
        if tick >= end:
            return found
        found.append(tick)
    return found


@pytest.mark.parametrize(
    ("begin", "nights", "gaps"),
    [
        (datetime(2026, 3, 7, tzinfo=ZONE), ["03-07 04:00", "03-08 04:00", "03-09 04:00"], [23, 24]),
        (datetime(2026, 10, 31, tzinfo=ZONE), ["10-31 04:00", "11-01 04:00", "11-02 04:00"], [25, 24]),
    ],
)
def test_the_night_comes_once_a_day_over_both_clock_changes(
    begin: datetime, nights: list[str], gaps: list[int]
) -> None:
    """Each night at 04:00 company time, once, with 23 and 25 hours before it where the clock changes."""
    found = ticks("nightly_sync_schedule", begin, begin + timedelta(days=2, hours=12))
    assert [tick.astimezone(ZONE).strftime("%m-%d %H:%M") for tick in found] == nights
    seconds = [tick.timestamp() for tick in found]
    assert [(later - earlier) / 3600 for earlier, later in pairwise(seconds)] == gaps


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_tick_asks_for_one_run_and_no_day(name: str, day: date) -> None:
    """On the days of both clock changes a tick requests exactly one run, named after it, and no partition."""
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=ZONE)
    with dg.build_schedule_context(scheduled_execution_time=moment) as context:
        data = schedule(name).evaluate_tick(context)
    (request,) = data.run_requests or []
    assert (request.run_key, request.partition_key) == (moment.isoformat(), None)


def test_the_quick_one_steps_back_while_another_run_is_at_work(tmp_path: Path) -> None:
    """`continuous_sync` skips its tick, naming who is at work, instead of failing against the lock."""
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with (
        run_lock(tmp_path / "data", "run-7", now=moment),
        dg.build_schedule_context(scheduled_execution_time=moment) as context,
    ):
        data = schedule("continuous_sync_schedule").evaluate_tick(context)
    assert not data.run_requests
    assert "run-7" in (data.skip_message or "")


@pytest.mark.parametrize(("said", "status"), [("false", "STOPPED"), ("true", "RUNNING")])
def test_nothing_runs_by_itself_until_a_setting_says_so(
    monkeypatch: pytest.MonkeyPatch, said: str, status: str
) -> None:
    """HSQBO_SCHEDULES turns nightly, sweep and the failure sensor on; the quick one stays a person's own decision."""
    monkeypatch.setenv("HSQBO_SCHEDULES", said)
    repository = defs().get_repository_def()
    found = {each.name: each.default_status.value for each in [*repository.schedule_defs, *repository.sensor_defs]}
    assert found == {
        "nightly_sync_schedule": status,
        "full_sweep_schedule": status,
        "continuous_sync_schedule": "STOPPED",
        "after_failure": status,
    }


def test_the_calendar_counts_days_of_23_and_25_hours() -> None:
    """A partition is the company's day, also where it has 23 or 25 hours."""
    days = Grid(date(2026, 3, 1), "America/New_York").partitions
    for day, hours in (("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)):
        window = days.time_window_for_partition_key(day)
        assert (window.end.timestamp() - window.start.timestamp()) / 3600 == hours


def test_the_calendars_ends_are_open() -> None:
    """The first day stands for all before it and the running day for all after; days between are themselves."""
    with dg.partition_loading_context(effective_dt=datetime(2026, 11, 2, 3, tzinfo=UTC)):
        grid = Grid(date(2026, 10, 30), "America/New_York")
        keys = grid.partitions.get_partition_keys()
        assert keys == ["2026-10-30", "2026-10-31", "2026-11-01"]  # at 03:00 UTC it is still the first in New York
        assert grid.days(keys) == (date.min, None)
        assert grid.days(keys[:2]) == (None, date(2026, 10, 31))
        assert grid.days(["2026-10-31"]) == (date(2026, 10, 31), date(2026, 10, 31))
        assert grid.days(["2026-11-01", "2026-10-31"]) == (date(2026, 10, 31), None)
        assert grid.keys_between(date(2020, 1, 1), date(2026, 10, 30)) == ("2026-10-30", "2026-10-30")
        assert grid.keys_between(None, None) == ("2026-10-30", "2026-11-01")
