"""The sandbox clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hsqbo_pipeline.sandbox.frame.clock import Clock, parse_instant

START = datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_no_two_answers_are_the_same_moment() -> None:
    """Even a frozen clock never repeats a microsecond and never goes back."""
    clock = Clock(START, frozen=True)
    seen = [clock.now() for _ in range(1000)]
    assert seen == sorted(set(seen))
    assert seen[0] == START


def test_time_passes_by_hand_and_by_itself() -> None:
    """Advance moves it; unfrozen it also runs with real time; set puts it anywhere."""
    clock = Clock(START)
    assert timedelta(0) <= clock.now() - START < timedelta(seconds=5)
    assert clock.advance(3600) - START >= timedelta(hours=1)
    assert clock.set(START - timedelta(days=1)) == START - timedelta(days=1)
    assert clock.now() < START


def test_instants_without_zone_are_utc() -> None:
    """An instant is read with its offset, else as UTC."""
    assert parse_instant("2026-11-24T10:00:00-05:00") == START
    assert parse_instant("2026-11-24T15:00:00") == START
