"""Killed before and after each request and each commit, then one clean night: is everything there once?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.runs.undo import undo
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline_tests.nights.torture.points import SYSTEMS
from hsqbo_pipeline_tests.nights.torture.serving import serving
from hsqbo_pipeline_tests.nights.torture.stage import Ended, Play, Theatre, copied, night, perform, performance, warm_up
from hsqbo_pipeline_tests.nights.town import Town, picture


def say(text: str) -> None:
    """A line for whoever waits for the figures."""
    print(text, flush=True)  # noqa: T201 - hours may pass until the next


@dataclass(frozen=True)
class Act:
    """A night that can be played again and again: the sandbox and the data folder as they stand before it."""

    name: str
    sandbox: Sandbox
    data: Path
    rules: dict[str, Any]
    play: Play = night  # what is killed
    points: list[str] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)  # of the points, one for each world that a death would leave
    expected: Any = None
    writes: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    kinds: int = 0
    records: int = 0


@dataclass
class Figures:
    """What came of it."""

    killed: int = 0
    wrong: list[str] = field(default_factory=list)


def first_load(folder: Path, size: int) -> Act:
    """A town nobody has synced yet."""
    town = _town(size)
    return rehearsed(Act("first load", town.sandbox, folder / "empty", town.rules()))


def busy_day(folder: Path, size: int) -> Act:
    """The town after its first load, and after a day on which people on both sides changed everything they could and
    made as much again: a night with every kind of write."""
    town = _town(size)
    loaded = _after(Act("first load", town.sandbox, folder / "empty", town.rules()), folder / "loaded")
    town.edit()
    town.fill(size)
    for traffic in town.sandbox.traffic.values():
        traffic.clear()
    return rehearsed(Act("busy day", town.sandbox, loaded, town.rules()))


def taken_back(folder: Path, size: int) -> Act:
    """The town's first load, taken back by `hsqbo undo`."""
    town = _town(size)
    loaded = _after(Act("first load", town.sandbox, folder / "empty", town.rules()), folder / "to-undo")
    return rehearsed(Act("undo", town.sandbox, loaded, town.rules(), play=_undo))


def _undo(settings: Settings, rules: Rules) -> int:
    asked = Request(kind=Kind.UNDO, approve="auto", approved_by="Eve")
    return int(undo(settings, rules, "1", asked).exit_code)


def _town(size: int) -> Town:
    # A login that dies with the process between QuickBooks' answer and our disk is beyond any writer's care; whether the old
    # one is good for a day longer is QuickBooks' word. Here it is, or kills would end connections as luck has it.
    switches = {"hs_per_10s": 10_000, "qb_refresh_token_grace_s": 86_400}
    town = Town(build(SandboxConfig(limits=False, switches=switches)), size)
    town.fill()
    return town


def _after(act: Act, data: Path) -> Path:
    """Play the night for good: its sandbox and a data folder then stand after it."""
    copied(act.data, data)
    with serving(act.sandbox) as theatre:
        for _ in range(2):
            theatre.wait()
            ended = perform(theatre, data, act.rules)
            assert ended.exit_code == 0, ended.said
    return data


def rehearsed(act: Act) -> Act:
    """The act with its points and its end state, from a performance without trouble."""
    data = copied(act.data, act.data.with_name("rehearsal"))
    with performance(act.sandbox) as theatre:
        theatre.wait()
        first = perform(theatre, data, act.rules, play=act.play)
        assert first.exit_code == 0, first.said
        warm_up(data)
        counts = {name: theatre.control(name, "requests") for name in SYSTEMS}
        kinds, records = _written(data)
        trouble = undisturbed(act, theatre, data)
        assert not trouble, trouble
        expected = end_state(act, theatre, data)
    return replace(
        act, points=first.points, deaths=deaths(first), expected=expected,
        writes={name: int(found["writes"]) for name, found in counts.items()},
        requests=sum(int(found["total"]) for found in counts.values()), kinds=kinds, records=records,
    )  # fmt: skip


def deaths(undisturbed: Ended) -> list[str]:
    """The points of a night, one for each world: of points that leave the same behind the last stands for all."""
    last = dict(zip(undisturbed.worlds, undisturbed.points, strict=True))
    return list(last.values())


def undisturbed(act: Act, theatre: Theatre, data: Path) -> str:
    """What was killed once more to its end, and a night after it where it was none; how it went wrong, if it did."""
    for play in dict.fromkeys((act.play, night)):
        theatre.wait()
        ended = perform(theatre, data, act.rules, play=play)
        if ended.exit_code != 0:
            return f"undisturbed, it ended with {ended.exit_code}: {ended.said[-500:]}"
    return ""


def _written(data: Path) -> tuple[int, int]:
    """How many kinds of writes the last night had (what is done to which object), and how many records it wrote."""
    con = duckdb.connect(str(data / "warehouse.duckdb"), read_only=True)
    try:
        found = con.execute(
            "SELECT system, object, action, count(*) FROM journal WHERE status = 'confirmed' "
            "AND run_id = (SELECT run_id FROM runs ORDER BY number DESC LIMIT 1) GROUP BY ALL"
        ).fetchall()
        return len(found), sum(int(row[3]) for row in found)
    finally:
        con.close()


def kill_everywhere(act: Act, points: Iterable[str], folder: Path) -> Figures:
    """Kill the night at each of these points."""
    figures = Figures()
    for at in points:
        trouble = kill_once(act, at, folder / f"killed-{os.getpid()}")
        figures.killed += 1
        if trouble:
            figures.wrong.append(trouble)
            say(f"    {trouble}")
        if not figures.killed % 25:
            say(f"    {figures.killed} points so far, {len(figures.wrong)} wrong")
    return figures


def kill_once(act: Act, at: str, data: Path) -> str | None:
    """Killed at one point, then a clean night. What is wrong afterwards; None if all is well."""
    copied(act.data, data)
    where = f"{act.name}, {at}"
    with performance(act.sandbox) as theatre:
        theatre.wait()
        killed = perform(theatre, data, act.rules, at=at, play=act.play)
        if killed.exit_code is not None:
            return f"{where}: the night ended with {killed.exit_code} and never came there: {killed.said[-500:]}"
        trouble = undisturbed(act, theatre, data) or differing(act.expected, end_state(act, theatre, data))
        return f"{where}: {trouble}" if trouble else None


def end_state(act: Act, theatre: Theatre, data: Path) -> dict[str, Any]:
    """Both sides and the link table, in contents alone, and the states. Pairs that an undo ended may be told as one or as two."""
    found = dict(picture(*theatre.states()))
    con = duckdb.connect(str(data / "warehouse.duckdb"), read_only=True)
    try:
        found["links"] = con.execute(
            "SELECT entity, count(*), count(DISTINCT hubspot_id), count(DISTINCT quickbooks_id) FROM links GROUP BY 1 ORDER BY 1"
        ).fetchall()
        found["open"] = con.execute("SELECT count(*) FROM journal WHERE status IN ('intended', 'uncertain')").fetchall()
        found["states"] = con.execute(
            "SELECT entity, state, if($pairs, count(*), 1) FROM record_states GROUP BY entity, state ORDER BY ALL",
            {"pairs": act.play is night},
        ).fetchall()
    finally:
        con.close()
    return found


def differing(expected: dict[str, Any], found: dict[str, Any]) -> str:
    """What is missing and what is too much, by kind; empty if nothing."""
    told = []
    for kind, rows in expected.items():
        rest = list(found.get(kind, []))
        missing = [row for row in rows if row not in rest or rest.remove(row)]
        if missing or rest:
            told.append(f"{kind}: missing {missing[:3]}, too much {rest[:3]}")
    return "; ".join(told)
