"""The expected report against the rows our own state holds after a run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.sandbox.cast import CastError
from hsqbo_pipeline.scenarios import words
from hsqbo_pipeline.scenarios.stage import Stage

_SQL = "SELECT * FROM record_states ORDER BY record_key"
_KEYS = frozenset(
    {"object", "ref", "class", "code", "code_any_of", "code_not", "mentions", "count", "field", "hubspot", "quickbooks"}
)


def report(stage: Stage) -> list[Row]:
    """Every record's present state."""
    return stage.ask(_SQL)


def telling(rows: Sequence[Row]) -> list[Row]:
    """The rows that a report has to name exactly."""
    return [row for row in rows if row["class"] in words.TELLING]


def exact_problems(stage: Stage, expected: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The report holds these rows of class FAILING, WARNING and BLOCKED, and no others."""
    left = telling(report(stage))
    for row in expected:
        for _ in range(int(row.get("count", 1))):
            found, why = _take(stage, left, row)
            if found is None:
                yield f"report: no row {_said(row)}{why}"
    for row in left:
        yield f"report: unexpected {_shown(row)}"


def also_problems(stage: Stage, expected: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows that must be among all the others."""
    left = report(stage)
    for row in expected:
        found, why = _take(stage, left, row)
        if found is None:
            yield f"report: no row {_said(row)}{why}"


def code_problems(stage: Stage, allowed: Sequence[str]) -> Iterator[str]:
    """No other codes than these are in the report."""
    for row in telling(report(stage)):
        if row["code"] not in allowed:
            yield f"report: {_shown(row)}; only {', '.join(allowed)} may be in it"


def _take(stage: Stage, left: list[Row], expected: Mapping[str, Any]) -> tuple[Row | None, str]:
    """The first row that fits, taken out; without one, what was wrong with those of the same record."""
    unknown = sorted(set(expected) - _KEYS)
    if unknown:
        return None, f": the runner knows no key {unknown[0]} of a report row"
    near: list[str] = []
    for row in left:
        try:
            wrong = list(_mismatches(stage, row, expected))
        except CastError as error:
            return None, f": {error}"
        if not wrong:
            left.remove(row)
            return row, ""
        if not any(said.startswith("is about") for said in wrong):
            near.append(f"{_shown(row)} {'; '.join(wrong)}")
    return None, f" (there is {' | '.join(near)})" if near else ""


def _mismatches(stage: Stage, row: Row, expected: Mapping[str, Any]) -> Iterator[str]:
    wanted = expected.get("object")
    if wanted is not None and row["entity"] != words.ENTITIES.get(str(wanted), wanted):
        yield f"is about a {row['entity']}"
    for key in ("ref", "hubspot", "quickbooks"):
        if key in expected and not _about(stage, row, str(expected[key])):
            yield "is about another record"
    if "class" in expected and expected["class"] not in (row["class"], row["state"]):
        yield f"has class {row['class']}"
    if "code" in expected and row["code"] != expected["code"]:
        yield f"has code {row['code']}"
    if "code_any_of" in expected and row["code"] not in expected["code_any_of"]:
        yield f"has code {row['code']}"
    if row["code"] in _listed(expected.get("code_not")):
        yield f"has code {row['code']}"
    text = _everything_said(row)
    for mention in _listed(expected.get("mentions")):
        if str(stage.cast.resolve(mention)) not in text:
            yield f"does not mention {mention}"


def _about(stage: Stage, row: Row, reference: str) -> bool:
    named = stage.cast.find(reference)
    held = row["hubspot_id" if named.system == "hubspot" else "quickbooks_id"]
    # A payment's allocations carry the payment's id before a colon.
    return held is not None and bool({named.id, stage.answering(named)} & {held, str(held).split(":")[0]})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else ([] if value is None else [value])


def _everything_said(row: Row) -> str:
    """Sentence, fields and candidates, as the report shows them."""
    reasons = " ".join(str(each.get("sentence", "")) for each in json.loads(row["reasons"] or "[]"))
    return " ".join(
        str(each) for each in (row["sentence"], row["slots"], row["candidates"], row["label"], row["detail"], reasons)
    )


def _said(expected: Mapping[str, Any]) -> str:
    return " ".join(f"{key} {value}" for key, value in expected.items())


def _shown(row: Row) -> str:
    return f"{row['class']} {row['entity']} {row['record_key']} {row['code']}: {row['sentence']}"
