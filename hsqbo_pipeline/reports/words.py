"""How numbers, days and names of states are written wherever people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

STATES = {
    "IN_SYNC": "in step",
    "FAILING": "failing",
    "WAITING": "waiting",
    "EXCLUDED": "left out",
    "BLOCKED": "blocked",
}
OBJECTS = {
    "customer": "Customers",
    "product": "Products",
    "invoice": "Invoices",
    "payment": "Payments",
    "connection": "Connection",
}
SYSTEMS = {"hubspot": "HubSpot", "quickbooks": "QuickBooks", "both": "both sides"}
OWNERS = {"sales": "Sales", "books": "Books", "admin": "Admin"}
KINDS = {
    "nightly": "Nightly sync",
    "continuous": "Sync in between",
    "backfill": "Backfill",
    "sweep": "Full sweep",
    "plan_only": "Plan only",
    "apply_plan": "Approved plan",
    "undo": "Undo",
    "adopt": "Adoption of links",
    "rebuild": "Rebuild of links",
}
OUTCOMES = {
    0: "done",
    1: "red",
    2: "configuration",
    3: "waiting for approval",
    4: "another run was writing",
    5: "login",
}
# Signs that turn the direction of whatever follows them, and those that steer a terminal: a name must do neither.
_TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_STEERS = (*(sign for sign in range(0x20) if sign not in (0x09, 0x0A)), *range(0x7F, 0xA0))
_UNSEEN = dict.fromkeys((*_TURNS, *_STEERS))


def straight(text: str) -> str:
    """The text without signs that turn its direction or steer a terminal; right-to-left letters need none."""
    return text.translate(_UNSEEN)


def brief(text: str, most: int) -> str:
    """`straight`, on one line, and cut where nobody reads on: one long name must not push all others out of sight."""
    told = straight(" ".join(text.split()))
    return told if len(told) <= most else f"{told[: most - 1].rstrip()}…"


def change(field: str, before: str | None, after: str | None) -> str:
    """`phone: 555-1 → 555-2`, long values cut."""
    return f"{field}: {brief(before or '', 80) or '(blank)'} → {brief(after or '', 80) or '(blank)'}"


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """1,234.50, with its currency where there is one; '' for nothing."""
    if amount is None:
        return ""
    exact = amount if amount.as_tuple().exponent == -2 else amount.quantize(Decimal("0.01"))
    return f"{exact:,} {currency}" if currency else f"{exact:,}"


def number(value: float | Decimal | None) -> str:
    """12,345; whole where it is whole."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2 records`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def left_alone(count: int) -> str:
    """How many records `start` kept out: a backfill does not reach behind it, and says so. '' for none."""
    are, were = ("is", "was") if count == 1 else ("are", "were")
    return f"{count:,} of the records looked at {are} from before `start` and {were} left alone." if count else ""


def day(value: Any) -> str:
    """2026-11-24 of a time or day, '' for nothing."""
    return f"{value:%Y-%m-%d}" if value else ""


def when(value: datetime | None) -> str:
    """2026-11-24 04:00 in UTC, '' for nothing."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}" if value else ""


def span(seconds: float | None) -> str:
    """How long: `45 s`, `3 min`, `2 h 10 min`, `4 days`."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} days"


def since(start: datetime | None, now: datetime | None) -> str:
    """`since today`, `for 1 day`, `for 12 days`."""
    if start is None or now is None:
        return ""
    days = (now.date() - start.date()).days
    return "since today" if days <= 0 else f"for {plural(days, 'day')}"
