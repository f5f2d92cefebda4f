"""Instants and business days.

QuickBooks keeps the day of a document as a calendar date in the company's own calendar; HubSpot keeps an instant. Read
from HubSpot, exactly midnight UTC is that calendar date (so say its date pickers and imports), anything else is the day
on the company's clock. Written to HubSpot, a day becomes an instant that falls on it both in UTC and on the company's
clock, so that no reader of it, whichever rule he follows, lands in another month. A day that did not change is no
change: the instant a person set stays.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_ONE_DAY = timedelta(days=1)
_OUTSIDE = "lies outside of the calendar"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MILLISECONDS = re.compile(r"-?\d{11,15}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}([.,]\d{1,9})?(Z|z|[+-]\d{2}:?\d{2})", re.ASCII)


def parse_instant(value: str | int) -> datetime:
    """The instant of a wire value, in UTC: ISO 8601 with its offset (QuickBooks writes -08:00), or epoch milliseconds.

    Raises ValueError for a time without offset, which could mean anything, and for a bare date. Ten digits would be
    seconds, which HubSpot reads as January 1970: they are refused too.
    """
    text = str(value).strip()
    if _MILLISECONDS.fullmatch(text):
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
        except OverflowError:
            raise ValueError(_OUTSIDE) from None
    if not _INSTANT.fullmatch(text):
        raise ValueError("is not an ISO 8601 time with an offset, nor epoch milliseconds")
    try:
        return datetime.fromisoformat(text.upper().replace(",", ".")).astimezone(UTC)
    except OverflowError:
        raise ValueError(_OUTSIDE) from None


def parse_day(text: str) -> date:
    """The calendar date of `YYYY-MM-DD`. Raises ValueError for anything else."""
    if not _DAY.fullmatch(text.strip()):
        raise ValueError("is not a date like 2026-11-30")
    return date.fromisoformat(text.strip())


def business_day(instant: datetime, zone: tzinfo) -> date:
    """The day a HubSpot date-time stands for: that calendar date at exactly midnight UTC, else the day in `zone`.

    Raises ValueError for an instant without a zone of its own.
    """
    if instant.tzinfo is None:
        raise ValueError("has no time zone")
    try:
        in_utc = instant.astimezone(UTC)
        return in_utc.date() if in_utc.time() == time.min else instant.astimezone(zone).date()
    except OverflowError:
        raise ValueError(_OUTSIDE) from None


def business_day_of(value: str | int, zone: tzinfo) -> date:
    """The day of a HubSpot property: a bare date is itself, the rest as `business_day`. Raises ValueError."""
    text = str(value).strip()
    return parse_day(text) if _DAY.fullmatch(text) else business_day(parse_instant(text), zone)


def instant_of(day: date, zone: tzinfo) -> datetime:
    """An instant that lies on `day` both in UTC and in `zone`: the middle of the hours that both call by that date.

    Zones from -12 to +14 always share some. Where a zone skipped the whole day (Samoa had no 30 December 2011),
    midnight UTC says the date by the rule for reading. Raises ValueError at the two ends of the calendar.
    """
    midnight = datetime.combine(day, time.min, UTC)
    first, last = day_bounds(day, zone)
    shared_from, shared_to = max(midnight, first), min(midnight + _ONE_DAY, last)
    if shared_to - shared_from < timedelta(minutes=2):
        return midnight
    middle = shared_from + (shared_to - shared_from) / 2
    return middle.replace(second=0, microsecond=0)


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When `day` begins and ends in `zone`, in UTC: 23 to 25 hours, or none at all where the zone skipped it."""
    try:
        return _begin(day, zone), _begin(day + _ONE_DAY, zone)
    except OverflowError:
        raise ValueError(_OUTSIDE) from None


def iso(instant: datetime) -> str:
    """The instant as both systems take it: UTC, whole milliseconds where it has any, `Z`."""
    in_utc = instant.astimezone(UTC)
    precision = "milliseconds" if in_utc.microsecond else "seconds"
    return in_utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _begin(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day. Where the clock jumps over midnight, the day begins after the jump."""
    local = datetime.combine(day, time.min, zone)
    begin = local.astimezone(UTC)
    if begin.astimezone(zone).date() < day:  # midnight does not exist: fold says which side of the gap
        begin = local.replace(fold=1).astimezone(UTC)
    return begin
