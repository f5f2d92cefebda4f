"""What a run says of the connection as a whole: what held a system up, a login that ends soon, limits that a plan reached."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.codes import CODES, Class, State, render
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Mode
from hsqbo_pipeline.runs import guards
from hsqbo_pipeline.runs.blocked import fields_of
from hsqbo_pipeline.runs.logins import ends_soon
from hsqbo_pipeline.store import plans

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")


def connection_rows(night: Night) -> list[Row]:
    """Rows of `record_states` for which no record is to blame."""
    return [*_held_up(night), *_ending_logins(night), *_limits_reached(night)]


def _held_up(night: Night) -> list[Row]:
    details = {
        (row["system"], row["object"]): row["detail"]
        for row in SQL.rows(night.warehouse.con, "read_problems", run_id=night.run_id)
    }
    found = []
    for (system, name), code in sorted({**night.blocked, **night.stopped}.items()):
        detail = details.get((system.value, name)) or ""
        slots = {
            "system": system.value,
            "object": name if name != "*" else "everything",
            "path": str(night.settings.data),
            "short": detail.rstrip(".") or None,
            **_field_slots(night, name),
            **(_account_slots(night) if code == "AUTH_QBO_WRONG_COMPANY" else {}),
        }
        row = _row(night, f"{system.value}:{name}", code, slots, label=f"{System(system).value} {name}")
        blocks = {"state": State.BLOCKED.value, "class": Class.BLOCKED.value}  # whatever the code means for one record
        found.append({**row, **blocks, "detail": detail})
    return found


def _ending_logins(night: Night) -> list[Row]:
    """A login that a person must renew before long: told with every run, and no reason for a red one."""
    return [
        _row(
            night,
            f"{end.system.value}:login",
            "AUTH_ENDS_SOON",
            {"system": end.system.value, "date": str(end.on)},
            label=f"{end.system.value} login",
        )
        for end in ends_soon(night.settings, datetime.now(UTC))
    ]


def _limits_reached(night: Night) -> list[Row]:
    """The limits that hold up a plan which would otherwise have gone ahead by itself: a good night, but not a finished one."""
    plan = plans.plan(night.warehouse.con, night.plan_hash) if night.plan_hash else None
    automatic = night.rules.mode_in(night.settings.environment) is Mode.AUTOMATIC and night.request.apply
    reasons: list[dict[str, Any]] = json.loads(plan["reasons"] or "[]") if plan and plan["status"] == "open" else []
    found = [
        _row(night, f"plan:{place}", "OPS_CIRCUIT_OPEN", reason, label="plan")
        for place, reason in enumerate(reasons if automatic else [], 1)
    ]
    return [{**row, "state": State.WAITING.value} for row in found]


def _row(night: Night, key: str, code: str, slots: dict[str, Any], *, label: str) -> Row:
    text, known = render(code, **slots), CODES.get(code)
    return {
        "record_key": f"connection:{key}",
        "entity": "connection",
        "state": known.state.value if known else State.BLOCKED.value,
        "class": known.klass.value if known else Class.BLOCKED.value,
        "code": code,
        "detail": "",
        "sentence": text.sentence,
        "fix": text.fix,
        "slots": json.dumps(slots),
        "reasons": "[]",
        "candidates": "[]",
        "label": label,
        "owner": known.owner.value if known else "admin",
        "since_run": night.run_id,
        "since_at": night.started_at,
        "run_id": night.run_id,
        "evaluated_at": night.started_at,
        "tries": 0,
    }


def _field_slots(night: Night, name: str) -> dict[str, Any]:
    """What a mapped field's code says, where a map and not a read is what holds an entity up."""
    for entity, slots in night.situation.field_problems.items():
        if fields_of(entity)[1] == name:
            return dict(slots)
    return {}


def _account_slots(night: Night) -> dict[str, str]:
    """Which account the login opens, and which one the links were made with."""
    other = guards.foreign(night)
    return {"found": other.found, "expected": other.expected} if other else {}
