"""Expected records and totals against what is in a system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hsqbo_pipeline.sandbox.cast import OBJECTS, CastError, Named
from hsqbo_pipeline.scenarios.matching import absent, at_path, differences, holds, shown
from hsqbo_pipeline.scenarios.stage import Stage

Record = dict[str, Any]
_KEYS = frozenset(
    {"ref", "has", "assoc", "save_as", "count", "unchanged_since_last_person_edit", "applies", "exists", "archived"}
)


def record_problems(stage: Stage, system: str, expected: Mapping[str, Any]) -> Iterator[str]:
    """What is not as expected in one system: exact totals, and each expected record."""
    unknown = sorted(set(expected) - {"totals", "rows"})
    if unknown:
        yield f"{system}: the runner knows no expectation called {unknown[0]}"
    for kind, number in (expected.get("totals") or {}).items():
        found = len(stage.live(system, kind))
        if found != number:
            yield f"{system}: {found} {kind}, expected {number}"
    for row in expected.get("rows") or []:
        yield from (f"{system}: {said}" for said in _row_problems(stage, system, row))


def _row_problems(stage: Stage, system: str, row: Mapping[str, Any]) -> Iterator[str]:
    kind = next((key for key in row if key in OBJECTS[system]), None)
    unknown = sorted(set(row) - _KEYS - {kind})
    if unknown or ("ref" not in row and kind is None):
        yield f"{dict(row)}: the runner does not know {unknown[0] if unknown else 'which record this is'}"
        return
    try:
        called, found = _candidates(stage, system, kind, row)
    except CastError as error:
        yield str(error)
        return
    wanted = 0 if row.get("exists") is False else row.get("count", 1)
    if len(found) != wanted:
        yield f"{called}: {len(found)} records, expected {wanted}"
        return
    for record in found:
        yield from (f"{called}: {said}" for said in _record_problems(stage, system, row, record))
    if found and "save_as" in row:
        number = str(found[0].get("Id") or found[0].get("id"))
        stage.cast.names[str(row["save_as"])] = Named(system, str(kind), number)


def _candidates(stage: Stage, system: str, kind: str | None, row: Mapping[str, Any]) -> tuple[str, list[Record]]:
    if "ref" in row:
        named = stage.cast.find(str(row["ref"]))
        wanted = stage.answering(named)
        records = _of_kind(stage, system, named.object, archived=bool(row.get("archived")))
        return str(row["ref"]), [each for each in records if str(each.get("Id") or each.get("id")) == wanted]
    assert kind is not None, "a row names a record or an object"
    keys = stage.cast.resolve(row[kind] or {})
    state = stage.state(system)
    records = _of_kind(stage, system, kind, archived=bool(row.get("archived")))
    found = [each for each in records if all(holds(at_path(each, path, state), value) for path, value in keys.items())]
    return f"{kind} {_keys(keys)}", found


def _of_kind(stage: Stage, system: str, kind: str, *, archived: bool) -> list[Record]:
    if not archived:
        return stage.live(system, kind)
    return [each for each in stage.state(system).get(kind, []) if each.get("archived")]


def _keys(keys: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in keys.items()) or "(any)"


def _record_problems(stage: Stage, system: str, row: Mapping[str, Any], record: Record) -> Iterator[str]:
    yield from differences(record, stage.cast.resolve(row.get("has") or {}), stage.state(system))
    yield from _association_problems(stage, row.get("assoc") or {}, record)
    if "applies" in row:
        yield from _application_problems(stage, row["applies"] or {}, record)
    if row.get("unchanged_since_last_person_edit"):
        named = stage.cast.find(str(row["ref"])) if "ref" in row else None
        kind = named.object if named else next(key for key in row if key in OBJECTS[system])
        left = stage.tokens.get((kind, str(record["Id"])))
        if left != str(record["SyncToken"]):
            yield f"SyncToken is {record['SyncToken']}, the person left {left}"


def _association_problems(stage: Stage, wanted: Mapping[str, Any], record: Record) -> Iterator[str]:
    for kind, references in wanted.items():
        there = {
            each["id"] for each in record.get("associations", {}).get(kind, []) if _is_live(stage, kind, each["id"])
        }
        expected = set()
        for reference in references or []:
            try:
                expected.add(stage.answering(stage.cast.find(str(reference))))
            except CastError as error:
                yield str(error)
        if there != expected:
            yield f"associated {kind} are {sorted(there) or 'none'}, expected {sorted(expected) or 'none'} ({references})"


def _is_live(stage: Stage, kind: str, number: str) -> bool:
    return int(number) in stage.served.sandbox.hubspot.crm.stores[kind].live


def _application_problems(stage: Stage, wanted: Mapping[str, Any], record: Record) -> Iterator[str]:
    """What a QuickBooks payment is applied to."""
    applied = {link["TxnId"]: line["Amount"] for line in record.get("Line", []) for link in line.get("LinkedTxn", [])}
    expected = stage.cast.resolve(wanted)
    for target in sorted(set(applied) | set(expected)):
        if not holds(applied.get(target), expected.get(target)) or absent(expected.get(target)):
            yield f"applies {shown(applied.get(target))} to {target}, expected {shown(expected.get(target))}"
