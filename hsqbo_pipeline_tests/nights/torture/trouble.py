"""Answers that are lost, a chaos of faults, people who edit while the night runs: what it costs, and what is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline_tests.nights.torture.kill import Act, differing, end_state
from hsqbo_pipeline_tests.nights.torture.points import SYSTEMS
from hsqbo_pipeline_tests.nights.torture.stage import Theatre, copied, perform, performance

# How an answer is lost, and for each how-manieth write: after the write took effect for all of them, the other ways for
# a part, each kind with other writes.
LOST = {"apply_then_reset": 1, "apply_then_500": 4, "empty_body": 4, "close_mid_body": 4, "reset_before": 4}
# Faults that a night meets without a person's doing; waits are cut short, logins are somebody else's torture.
CHAOS = (
    "429", "429_secondly", "429_ten_secondly", "429_item", "500", "502", "503", "504", "423", "477", "slow", "reset_before", "apply_then_reset",
    "apply_then_500", "fault_in_200", "partial_207", "batch_refused", "truncate_page", "stale_token", "search_lag", "html_maintenance", "empty_body",
    "close_mid_body",
)  # fmt: skip
MOST_NIGHTS = 30


@dataclass
class Troubled:
    """What came of nights with trouble."""

    performances: int = 0
    faults: int = 0
    extra_requests: int = 0
    most_nights: int = 0
    wrong: list[str] = field(default_factory=list)


def lose_answers(act: Act, kind: str, part: tuple[int, int], folder: Path) -> Troubled:
    """Lose the answer of one writing request after the other, then let clean nights follow. `part` is the first of
    those that this kind takes, and each how-manieth from there on."""
    found = Troubled()
    each, shift = LOST[kind], list(LOST).index(kind)
    for system in SYSTEMS:
        for nth in range(1 + shift % each + (part[0] - 1) * each, act.writes[system] + 1, part[1] * each):
            found.performances += 1
            rule = {"system": system, "when": {"write": "any", "nth": nth}, "do": kind}
            trouble = _lose(act, rule, copied(act.data, folder / "lost"), found)
            if trouble:
                found.wrong.append(f"{act.name}, {kind} at write {nth} of {system}: {trouble}")
    return found


def _lose(act: Act, rule: dict[str, Any], data: Path, found: Troubled) -> str:
    with performance(act.sandbox) as theatre:
        theatre.wait()
        theatre.trouble([rule])
        perform(theatre, data, act.rules)
        theatre.trouble([])
        found.faults += 1
        return _converge(act, theatre, data, found)


def _converge(act: Act, theatre: Theatre, data: Path, found: Troubled, most: int = 3) -> str:
    """Clean nights until the end state is that of a night without trouble."""
    difference = ""
    for nights in range(1, most + 1):
        theatre.wait()
        ended = perform(theatre, data, act.rules)
        if ended.exit_code not in (0, 1):
            return f"a clean night ended with {ended.exit_code}: {ended.said[-400:]}"
        difference = differing(act.expected, end_state(act, theatre, data))
        if not difference:
            found.most_nights = max(found.most_nights, nights)
            return ""
    return difference


def chaos(act: Act, seed: int, share: float, folder: Path) -> Troubled:
    """Nights in which a share of all requests meets some fault, until one ends as if there had been none."""
    found = Troubled(performances=1)
    data = copied(act.data, folder / "chaos")
    with performance(act.sandbox) as theatre:
        for night in range(1, MOST_NIGHTS + 1):
            theatre.trouble(
                [
                    {
                        "when": {"probability": share / len(CHAOS)},
                        "do": kind,
                        "seed": seed * 1000 + night * 50 + place,
                        "seconds": 0.01,
                    }
                    for place, kind in enumerate(CHAOS)
                ]
            )
            theatre.wait()
            perform(theatre, data, act.rules)
            found.most_nights = night
            theatre.trouble([])
            if not differing(_without_states(act.expected), _without_states(end_state(act, theatre, data))):
                break
        found.extra_requests = theatre.requests() - act.requests
        trouble = _converge(act, theatre, data, Troubled())
    if trouble:
        found.wrong.append(f"{act.name}, seed {seed}: {trouble}")
    return found


def _without_states(state: dict[str, Any]) -> dict[str, Any]:
    return {kind: rows for kind, rows in state.items() if kind not in ("states", "open")}


@dataclass
class Edits:
    """What people did while a night ran, and what became of it."""

    made: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYSTEMS, 0))
    lost: list[str] = field(default_factory=list)
    reported: int = 0


def edit_meanwhile(act: Act, folder: Path) -> Edits:
    """Before each change goes out a person edits the very field of its first record. QuickBooks must keep every such
    edit; HubSpot cannot, and must report each that was overwritten (H30)."""
    data, log = copied(act.data, folder / "edited"), folder / "edits.jsonl"
    log.unlink(missing_ok=True)
    with performance(act.sandbox) as theatre:
        theatre.wait()
        perform(theatre, data, act.rules, meddle=lambda *request: _meddle(theatre, log, *request))
        portal, books = theatre.states()
    made = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    found = Edits()
    drift = _overwritten(data)
    found.reported = len(drift)
    names = {one["Id"]: one.get("GivenName") for one in books["Customer"]}
    first = {one["id"]: one["properties"].get("firstname") for one in portal["contacts"]}
    for system, record_id, text in made:
        found.made[system] += 1
        stands = (names if system == "quickbooks" else first).get(record_id)
        told = (record_id, text) in drift
        if stands != text and not told:
            found.lost.append(f"{system} {record_id}: {text!r} became {stands!r}")
    return found


def _meddle(theatre: Theatre, log: Path, system: str, path: str, body: bytes) -> None:
    """A person's edit of the first record of a batch of changes, each record once."""
    known = log.read_text() if log.exists() else ""
    if system == "hubspot" and path.endswith("/contacts/batch/update"):
        ids = [(one["id"], "firstname") for one in json.loads(body)["inputs"] if "firstname" in one["properties"]]
    elif system == "quickbooks" and path.endswith("/batch"):
        items = [
            one.get("Customer") for one in json.loads(body)["BatchItemRequest"] if one.get("operation") == "update"
        ]
        ids = [(one["Id"], "GivenName") for one in items if one and "GivenName" in one]
    else:
        return
    for record_id, name in ids[:1]:
        entry = [system, record_id, f"By hand {record_id}"]
        if json.dumps(entry) not in known:
            kind = "contacts" if system == "hubspot" else "Customer"
            theatre.control(
                system, "person", {"action": "update", "object": kind, "id": record_id, "fields": {name: entry[2]}}
            )
            with log.open("a") as out:
                out.write(json.dumps(entry) + "\n")


def _overwritten(data: Path) -> set[tuple[str, str]]:
    con = duckdb.connect(str(data / "warehouse.duckdb"), read_only=True)
    try:
        return set(con.execute("SELECT hubspot_id, hubspot_value FROM drift WHERE status = 'overwritten'").fetchall())
    finally:
        con.close()
