"""What a run came to in five lines: in step, new problems, still open, money that differs, next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.causes import Cause, causes
from hsqbo_pipeline.reports.money import apart
from hsqbo_pipeline.reports.published import SQL
from hsqbo_pipeline.reports.words import OWNERS, money, plural, since

if TYPE_CHECKING:
    import duckdb

_NAMED = 3


class Line(NamedTuple):
    """One of the five. `tone` is good, look, bad or quiet; `state` and `code` are what a click on it shows."""

    name: str
    figure: str
    text: str
    tone: str
    state: str = ""
    new_only: bool = False
    code: str = ""


@dataclass(frozen=True)
class Glance:
    """A run at a glance."""

    run: Row
    lines: tuple[Line, ...]
    causes: list[Cause]
    problems: list[str]


def glance(con: duckdb.DuckDBPyConnection, run: Row) -> Glance:
    """The five lines of a run, and the causes they were made from."""
    run_id = run["run_id"]
    standing = SQL.rows(con, "standing", run_id=run_id)[0]
    found = causes(con, run_id)
    problems: list[str] = json.loads(run["counts"] or "{}").get("problems", [])
    lines = (
        _in_step(standing),
        _new(standing, found),
        _still(standing, found, run),
        _money(con, run_id),
        _next(con, found),
    )
    return Glance(run, lines, found, problems)


def _in_step(standing: Row) -> Line:
    share = f"{plural(standing['records'], 'record')} known"
    if standing["warned"]:
        share += f", {standing['warned']:,} with a warning"
    return Line("In step", f"{standing['in_step']:,}", share, "good", "IN_SYNC")


def _new(standing: Row, found: list[Cause]) -> Line:
    count = standing["new_problems"]
    new = [each for each in found if each.new and each.state in ("FAILING", "BLOCKED")]
    new.sort(key=lambda each: -each.new)
    named = ", ".join(f"{each.title} ({each.new:,})" for each in new[:_NAMED])
    return Line("New problems", f"{count:,}", named or "none in this run", "bad" if count else "good", "FAILING", True)


def _still(standing: Row, found: list[Cause], run: Row) -> Line:
    count = standing["still_open"]
    if not count:
        waiting = f"{plural(standing['waiting'], 'record')} waiting" if standing["waiting"] else "nothing left over"
        return Line("Still open", "0", waiting, "good", "FAILING")
    oldest = since(standing["oldest"], run["now_at"])
    owners = dict.fromkeys(each.owner for each in found if each.state in ("FAILING", "BLOCKED"))
    who = ", ".join(OWNERS.get(each, each) for each in owners)
    return Line("Still open", f"{count:,}", f"the oldest {oldest}; with {who}", "look", "FAILING")


def _money(con: duckdb.DuckDBPyConnection, run_id: str) -> Line:
    rows = apart(con, run_id)
    if not rows:
        return Line("Money that differs", "-", "not reconciled in this run", "quiet")
    unexplained = [row for row in rows if row["unexplained"]]
    figure = ", ".join(money(row["apart"] or row["unexplained"] * 0, row["currency"]) for row in rows if row["apart"])
    if unexplained:
        text = ", ".join(money(row["unexplained"], row["currency"]) for row in unexplained) + " unexplained"
        return Line("Money that differs", figure or "0.00", text, "bad")
    text = "all of it explained" if figure else "both sides agree to the cent"
    return Line("Money that differs", figure or "0.00", text, "look" if figure else "good")


def _next(con: duckdb.DuckDBPyConnection, found: list[Cause]) -> Line:
    """The most useful thing a person can do now."""
    plans = SQL.rows(con, "open_plan")
    if plans:
        short = plans[0]["hash"][:12]
        count = plural(plans[0]["operations"], "change waits", "changes wait")
        return Line("Next", "approve", f"{count}: `hsqbo plan show`, then `hsqbo sync --approve {short}`", "look")
    blocked = [each for each in found if each.state == "BLOCKED"]
    worst = blocked or [each for each in found if each.state == "FAILING"]
    if worst:
        first = worst[0]
        return Line(
            "Next",
            OWNERS.get(first.owner, first.owner),
            f"{first.fix} ({plural(first.records, 'record')})",
            "look",
            first.state,
            code=first.code,
        )
    return Line("Next", "nothing", "nobody has to do anything; the next run goes on by itself", "good")
