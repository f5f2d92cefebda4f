"""Telling people: five lines in the morning and when something new came up, never twice the same; a ping after good nights.

What was told stands in `data/alerts.json`. A problem that is solved is forgotten there, so that it is told again should
it come back. Sending never fails a run: what could not be sent is in the answer, and is told the next time.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports import delivery
from hsqbo_pipeline.reports.money import business_day
from hsqbo_pipeline.reports.published import SQL, last_run, open_published
from hsqbo_pipeline.reports.summary import Message, message
from hsqbo_pipeline.reports.words import OBJECTS, brief

if TYPE_CHECKING:
    import duckdb

    from hsqbo_pipeline.settings import Settings

FILE_NAME = "alerts.json"
_GOOD = (0, 3)  # a plan that waits for approval is a good night too: the message says that it waits
_NIGHTS = ("nightly", "sweep")
_NAMED = 10
_SECONDS = 10.0
_CALLS = re.compile(r"(?<!\w)@")


@dataclass
class Memory:
    """What was told: problems by record, red reasons, the plan that waits, the last morning, the last run pinged for,
    the day of the last export, the last run that broke off (day and reason)."""

    problems: dict[str, str] = field(default_factory=dict)
    red: list[str] = field(default_factory=list)
    plan: str | None = None
    morning: str | None = None
    pinged: str | None = None
    exported: str | None = None
    broken: str | None = None


@dataclass(frozen=True)
class Told:
    """What `tell` did. `message` is None where there was nothing new; `failed` names what did not get through."""

    message: Message | None = None
    sent: bool = False
    pinged: bool = False
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _News:
    """What is new for people in a run, and what is told once it got through."""

    names: tuple[str, ...]
    anything: bool
    told: Memory


def tell(settings: Settings, data: Path) -> Told:
    """Send the newest run's message if it holds anything that was not told, or is the day's first; ping after a good night.

    Raises ConfigurationError before the first run.
    """
    memory = _read(data)
    with open_published(data) as con:
        run = last_run(con)
        if run is None:
            return Told()
        news = _news(con, run, memory)
        made = message(con, run, names=news.names) if news.anything else None
    sent = made is not None and _post(settings, made.title, made.text)
    pinged = _pingable(settings, run, memory) and _ping(settings)
    failed = ["message"] if made is not None and settings.alert_urls and not sent else []
    failed += ["ping"] if _pingable(settings, run, memory) and not pinged else []
    exported = memory.exported
    if delivery.due(settings, run, exported):
        if delivery.send_export(settings, data):
            exported = business_day(run).isoformat()
        else:
            failed.append("export")
    kept = news.told if sent or made is None else _without_solved(memory, news.told)
    pinged_for = run["run_id"] if pinged else memory.pinged
    _write(data, replace(kept, pinged=pinged_for, exported=exported, broken=memory.broken))
    return Told(made, sent, pinged, tuple(failed))


def _news(con: duckdb.DuckDBPyConnection, run: Row, memory: Memory) -> _News:
    today = business_day(run)
    problems = SQL.rows(con, "problems_now", today=today)
    fresh = [row for row in problems if memory.problems.get(row["record_key"]) != row["code"]]
    plans = SQL.rows(con, "open_plan")
    waiting = plans[0]["hash"] if plans else None
    red = sorted(json.loads(run["counts"] or "{}").get("problems", []))
    morning = today.isoformat() if run["kind"] in _NIGHTS else memory.morning
    told = Memory({row["record_key"]: row["code"] for row in problems}, red, waiting, morning, memory.pinged)
    new_plan = waiting is not None and waiting != memory.plan
    anything = bool(fresh or set(red) - set(memory.red) or new_plan or morning != memory.morning)
    return _News(_names(fresh), anything, told)


def _names(fresh: list[Row]) -> tuple[str, ...]:
    """New ones by name, ten at most: a first night must not fill a telephone."""
    told = [
        f"{OBJECTS.get(row['entity'], row['entity'])}: {_typed(row['label'] or row['record_key'], 80)} - {_typed(row['sentence'], 300)}"
        for row in fresh[:_NAMED]
    ]
    more = len(fresh) - len(told)
    return (*told, f"and {more:,} more in the report") if more else tuple(told)


def _typed(text: str, most: int) -> str:
    """What people typed: on one line, not too long, and calling nobody: in a chat `@everyone` would ring everybody."""
    return _CALLS.sub("@\u2060", brief(text, most))


def tell_broken(settings: Settings, data: Path, what: str, why: str, then: str) -> bool:
    """Say that a run did not come to its end, once a day for the same reason; whether a message went out.

    `what` is the run in words, `why` the reason, `then` what happens next or what to do.
    """
    if not settings.alert_urls:
        return False
    memory = _read(data)
    now = f"{datetime.now(UTC):%Y-%m-%d} {why}"
    if memory.broken == now:
        return False
    latest = data / "reports" / "latest.html"
    lines = [f"Why: {_typed(why, 600)}", f"Next: {then}"]
    lines += [f"Last report: {latest.resolve()}"] if latest.exists() else []
    if not _post(settings, f"{what} did not come to its end", "\n".join(lines)):
        return False
    with suppress(OSError):  # a full disk or a shut folder may be the very reason
        _write(data, replace(memory, broken=now))
    return True


def _without_solved(memory: Memory, now: Memory) -> Memory:
    """What stays told although nothing got through: all that is still open."""
    still = {key: code for key, code in memory.problems.items() if now.problems.get(key) == code}
    return replace(memory, problems=still)


def _post(settings: Settings, title: str, text: str) -> bool:
    """Whether every address took it; False where there is none."""
    import apprise

    if not settings.alert_urls:
        return False
    post = apprise.Apprise()
    for url in settings.alert_urls:
        post.add(url.get_secret_value())
    sender = f"hsqbo {settings.connection}" if settings.connection else "hsqbo"
    return bool(post.notify(title=f"{sender}: {title}", body=text, body_format=apprise.NotifyFormat.TEXT))


def _pingable(settings: Settings, run: Row, memory: Memory) -> bool:
    wanted = bool(settings.ping_url.get_secret_value())
    return wanted and run["kind"] in _NIGHTS and run["exit_code"] in _GOOD and run["run_id"] != memory.pinged


def _ping(settings: Settings) -> bool:
    import httpx

    try:
        return httpx.get(settings.ping_url.get_secret_value(), timeout=_SECONDS, follow_redirects=True).is_success
    except httpx.HTTPError:
        return False


def _read(data: Path) -> Memory:
    try:
        kept: dict[str, Any] = json.loads((data / FILE_NAME).read_text(encoding="utf-8"))
        return Memory(**kept)
    except (OSError, ValueError, TypeError):
        return Memory()  # a lost memory means that everything open is told once more


def _write(data: Path, memory: Memory) -> None:
    path, part = data / FILE_NAME, data / f"{FILE_NAME}.part"
    part.write_text(json.dumps(asdict(memory), indent=1), encoding="utf-8")
    part.replace(path)
