"""After apply: every record in exactly one state, baselines moved where all was written, `due` emptied of what is settled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Row, Statements, insert, rows
from hsqbo_pipeline.model.codes import CODES, Class, State, render
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import fingerprint
from hsqbo_pipeline.runs.baselines import keep_baselines
from hsqbo_pipeline.runs.outcomes import EVENTS, Outcome, outcome
from hsqbo_pipeline.runs.spent import spend

SQL = Statements(Path(__file__).parent / "sql")
# The slot by which a record that is left as it was refused names the content of that refusal: it is remembered for as long
# as nothing else is to be sent.
REFUSED = "refused_content"


def conclude(
    con: duckdb.DuckDBPyConnection, situation: Situation, plan_hash: str | None, blocked: Mapping[Entity, str]
) -> dict[str, int]:
    """Write `record_states` and what follows from them; returns the number of records per state.

    `blocked` names the entities that were not evaluated, with the code that says why.
    """
    verdicts = SQL.rows(con, "outcomes", run_id=situation.run_id, plan_hash=plan_hash or "")
    ends = [(verdict, outcome(verdict, plan_hash)) for verdict in verdicts]
    made = _partners(con, situation)
    for verdict, _end in ends:
        _complete_ids(verdict, made)
    _clear_events(con, situation)
    states = [_state_row(verdict, end, situation) for verdict, end in ends]
    states += _rejected(con, situation)
    told = {(verdict["entity"], *one) for verdict, _end in ends for one in _covered(verdict)}
    for entity, code in blocked.items():
        states += _blocked(con, entity, code, situation, told)
    _replace_states(con, states, situation)
    keep_baselines(con, ends, situation)
    spend(con, ends)
    _answer_due(con, ends, situation)
    return {row["state"]: row["records"] for row in _totals(con)}


def _partners(con: duckdb.DuckDBPyConnection, situation: Situation) -> dict[tuple[str, str, str], str]:
    made: dict[tuple[str, str, str], str] = {}
    for link in SQL.rows(con, "partners_made", run_id=situation.run_id):
        # An allocation is `payment:invoice` in QuickBooks; its record there is the payment.
        made[(link["entity"], "hubspot", link["hubspot_id"])] = link["quickbooks_id"].partition(":")[0]
        made[(link["entity"], "quickbooks", link["quickbooks_id"])] = link["hubspot_id"]
    return made


def _complete_ids(verdict: Row, made: Mapping[tuple[str, str, str], str]) -> None:
    """A record that got its partner in this run is told as the pair it now is."""
    for side, other in (("hubspot", "quickbooks"), ("quickbooks", "hubspot")):
        if verdict[f"{side}_id"] and not verdict[f"{other}_id"]:
            verdict[f"{other}_id"] = made.get((verdict["entity"], side, verdict[f"{side}_id"]))
    verdict["record_key"] = f"{verdict['entity']}:{verdict['hubspot_id'] or '-'}:{verdict['quickbooks_id'] or '-'}"


def _clear_events(con: duckdb.DuckDBPyConnection, situation: Situation) -> None:
    text = render("OPS_UNCHANGED")
    SQL.run(con, "clear_events", events=list(EVENTS), run_id=situation.run_id, sentence=text.sentence, fix=text.fix)


def _state_row(verdict: Row, end: Outcome, situation: Situation) -> Row:
    text = render(end.code, **end.slots)
    told = [*_still_warned(verdict, end), *json.loads(verdict["reasons"])]
    reasons = [{**reason, **render(reason["code"], **reason["slots"])._asdict()} for reason in told]
    return {
        "record_key": verdict["record_key"],
        "entity": verdict["entity"],
        "hubspot_id": verdict["hubspot_id"],
        "quickbooks_id": verdict["quickbooks_id"],
        "state": end.state.value,
        "class": end.klass.value,
        "code": end.code,
        "detail": end.detail,
        "sentence": text.sentence,
        "fix": text.fix,
        "slots": json.dumps(end.slots, default=str),
        "reasons": json.dumps(reasons, default=str),
        "candidates": verdict["candidates"],
        "label": verdict["label"],
        "amount": verdict["amount"],
        "currency": verdict["currency"],
        "business_day": verdict["business_day"],
        "owner": CODES[end.code].owner.value,
        "source_system": verdict["source_system"],
        "since_run": situation.run_id,
        "since_at": situation.now,
        "run_id": situation.run_id,
        "evaluated_at": situation.now,
        "payload_hash": payload_hash(verdict["operations"]) if end.refused else end.slots.get(REFUSED),
        "tries": int(end.refused),
    }


def _still_warned(verdict: Row, end: Outcome) -> list[dict[str, Any]]:
    """A warning does not go away because what was decided along with it waits, or was refused: it is told beside that."""
    code = verdict["code"]
    if code == end.code or code not in CODES or CODES[code].klass is not Class.WARNING:
        return []
    return [{"code": code, "slots": json.loads(verdict["slots"] or "{}")}]


def payload_hash(operations: Iterable[Mapping[str, Any]]) -> str:
    """The content of what was refused: the same content is not sent again. Versions and pre-images are no content."""
    return fingerprint([[op["action"], op["system"], [_content(step) for step in _steps(op)]] for op in operations])


def _steps(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps = operation["steps"]
    parsed: list[dict[str, Any]] = json.loads(steps) if isinstance(steps, str) else steps
    return parsed


def _content(step: Mapping[str, Any]) -> list[Any]:
    return [step["action"], step["object"], step["target"], step["body"], list(step["associations"])]


def _rejected(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Row]:
    found = []
    for reject in SQL.rows(con, "rejected_states"):
        slots = {"field": reject["field"], "value": reject["value"]}
        ids = {
            "hubspot": reject["linked_hubspot"],
            "quickbooks": reject["linked_quickbooks"],
            reject["system"]: reject["id"],
        }
        found.append(_plain_row(reject["entity"], ids, reject["code"], slots, reject["label"], situation))
    return found


def _blocked(
    con: duckdb.DuckDBPyConnection, entity: Entity, code: str, situation: Situation, told: set[tuple[str, str, str]]
) -> list[Row]:
    """What was not tried. A system may fall silent in the middle of the writing: what was decided before keeps its verdict."""
    found = []
    for waiting in SQL.rows(con, "waiting_rows", entity=entity.value):
        if (entity.value, waiting["system"], waiting["id"]) in told:
            continue
        ids = {"hubspot": None, "quickbooks": None, waiting["system"]: waiting["id"]}
        slots = {"object": entity.value, **situation.field_problems.get(entity, {})}
        row = _plain_row(entity.value, ids, code, slots, None, situation)
        found.append({**row, "state": State.BLOCKED.value, "class": Class.BLOCKED.value, "detail": "not tried"})
    return found


def _plain_row(
    entity: str,
    ids: Mapping[str, str | None],
    code: str,
    slots: Mapping[str, Any],
    label: str | None,
    situation: Situation,
) -> Row:
    verdict: Row = {
        "record_key": f"{entity}:{ids['hubspot'] or '-'}:{ids['quickbooks'] or '-'}",
        "entity": entity,
        "hubspot_id": ids["hubspot"],
        "quickbooks_id": ids["quickbooks"],
        "code": code,
        "slots": json.dumps(slots, default=str),
        "reasons": "[]",
        "candidates": "[]",
        "label": label,
        "amount": None,
        "currency": None,
        "business_day": None,
        "source_system": None,
        "operations": [],
    }
    return _state_row(verdict, outcome(verdict, None), situation)


def _replace_states(con: duckdb.DuckDBPyConnection, states: list[Row], situation: Situation) -> None:
    earlier = (
        {
            row["record_key"]: row
            for row in rows(con, "SELECT record_key, code, since_run, since_at, payload_hash, tries FROM record_states")
        }
        if states
        else {}
    )
    for state in states:
        before = earlier.get(state["record_key"])
        if before is not None and before["code"] == state["code"]:
            state["since_run"], state["since_at"] = before["since_run"], before["since_at"]
        if before is not None and state["payload_hash"] and before["payload_hash"] == state["payload_hash"]:
            state["tries"] += before["tries"]
    unique = {state["record_key"]: state for state in states}
    con.execute("CREATE OR REPLACE TEMP TABLE incoming_states AS SELECT * FROM record_states LIMIT 0")
    insert(con, "incoming_states", unique.values())
    SQL.run(con, "clear_states")
    insert(con, "record_states", unique.values(), replace=True)
    history = [_history_row(state, situation) for state in unique.values()]
    insert(con, "record_history", history)


def _history_row(state: Row, situation: Situation) -> Row:
    return {
        "record_key": state["record_key"],
        "run_id": situation.run_id,
        "at_time": situation.now,
        "entity": state["entity"],
        "hubspot_id": state["hubspot_id"],
        "quickbooks_id": state["quickbooks_id"],
        "state": state["state"],
        "code": state["code"],
        "sentence": state["sentence"],
        "action": state["detail"],
    }


def _covered(verdict: Row) -> set[tuple[str, str]]:
    """(system, id) of every record a verdict speaks for."""
    covered = {(side, found) for side, found in json.loads(verdict["covers"])}
    return covered | {(side, verdict[f"{side}_id"]) for side in ("hubspot", "quickbooks") if verdict[f"{side}_id"]}


def _answer_due(con: duckdb.DuckDBPyConnection, ends: list[tuple[Row, Outcome]], situation: Situation) -> None:
    """Records that are in step or excluded leave `due`; everything else is looked at again next night, touched or not (N17)."""
    prints = {entity: situation.rules.fingerprint(entity) for entity in Entity}
    answered: dict[tuple[str, str, str], Row] = {}
    allocations: dict[str, list[str]] = {}
    for link in SQL.rows(con, "partners_made", run_id=situation.run_id):
        if link["entity"] == Entity.PAYMENT:
            allocations.setdefault(link["quickbooks_id"].partition(":")[0], []).append(link["hubspot_id"])
    for verdict, end in ends:
        leaves = end.state in (State.IN_SYNC, State.EXCLUDED)
        covered = {(side, found) for side, found in json.loads(verdict["covers"])}
        covered |= {(side, verdict[f"{side}_id"]) for side in ("hubspot", "quickbooks") if verdict[f"{side}_id"]}
        if verdict["entity"] == Entity.PAYMENT:
            covered |= {("hubspot", found) for found in allocations.get(verdict["quickbooks_id"] or "", ())}
        for side, found in covered:
            answered[(verdict["entity"], side, found)] = {
                "entity": verdict["entity"], "system": side, "id": found, "leaves": leaves, "evaluated": leaves,
                "rules_hash": prints[Entity(verdict["entity"])],
            }  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TEMP TABLE answered (entity VARCHAR, system VARCHAR, id VARCHAR, leaves BOOLEAN, evaluated BOOLEAN, rules_hash VARCHAR)"
    )
    insert(con, "answered", answered.values())
    SQL.run(con, "leave_due")
    SQL.run(con, "mark_evaluated")


def _totals(con: duckdb.DuckDBPyConnection) -> list[Row]:
    return rows(
        con, "SELECT state, count(*)::INTEGER AS records FROM record_states WHERE entity <> 'connection' GROUP BY state"
    )
