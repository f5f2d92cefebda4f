"""What we sent: how many writes, how many records made, and texts that must never leave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.scenarios.stage import Run, Stage

_CREATES = ("create", "upsert")


def write_problems(stage: Stage, expected: Mapping[str, Any], since: Mapping[str, int], name: str) -> Iterator[str]:
    """Requests of ours that may change data, from a point on."""
    for system, wanted in expected.items():
        entries = [entry for entry in stage.entries(system, since.get(system, 0)) if entry.write]
        if len(entries) != wanted:
            first = ", ".join(sorted({entry.endpoint for entry in entries})[:4])
            yield f"{name}: {len(entries)} writes to {system}, expected {wanted}{f' ({first})' if entries else ''}"


def create_problems(stage: Stage, expected: Mapping[str, Any], since: Mapping[str, int]) -> Iterator[str]:
    """Records that we asked to be made, all together or by object."""
    for system, wanted in expected.items():
        made = [
            each
            for entry in stage.entries(system, since.get(system, 0))
            if entry.write
            for each in _made(system, entry)
        ]
        counts = wanted if isinstance(wanted, Mapping) else {None: wanted}
        for kind, number in counts.items():
            found = len([each for each in made if kind in (None, each)])
            if found != number:
                yield f"creates: {found} {kind or 'records'} in {system}, expected {number}"


def _made(system: str, entry: Any) -> Iterator[str]:
    """The object of each record a request makes."""
    body = _parsed(entry.body_bytes)
    if system == "quickbooks":
        for operation, kind, _ in _members(entry, body):
            if operation == "create":
                yield kind
    elif entry.kind in _CREATES:
        inputs = body.get("inputs") if isinstance(body, Mapping) else None
        yield from [entry.objects[0] if entry.objects else ""] * (len(inputs) if isinstance(inputs, list) else 1)


def never_problems(stage: Stage, expected: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """No write so far holds the text."""
    for rule in expected:
        system, text = str(rule["system"]), str(rule["body_contains"])
        text = str(stage.cast.resolve(text)) if text.startswith("@") else text
        since = _begin(stage.runs, rule.get("since_run"), system)
        for entry in stage.entries(system, since):
            if entry.write and any(text in body for body in _bodies(system, entry, str(rule.get("write", "any")))):
                yield f"never_sent: {entry.method} {entry.path} to {system} holds {text}"
                break


def _begin(runs: Sequence[Run], number: Any, system: str) -> int:
    """Where the traffic of a scenario's run begins."""
    return next((run.begins[system] for run in runs if run.number == number), 0) if number is not None else 0


def _bodies(system: str, entry: Any, write: str) -> Iterator[str]:
    """The parts of a request that do what `write` says, each printed without blanks."""
    body = _parsed(entry.body_bytes)
    if write == "any":
        yield printed(body)
    elif system == "quickbooks":
        yield from (printed(each) for operation, _, each in _members(entry, body) if operation == write)
    elif entry.kind == write or (write == "create" and entry.kind in _CREATES):
        yield printed(body)


def _members(entry: Any, body: Any) -> Iterator[tuple[str, str, Any]]:
    """(operation, object, body) of a QuickBooks write, each member of a batch on its own."""
    items = body.get("BatchItemRequest") if isinstance(body, Mapping) else None
    if items is None:
        kind = entry.kind or ""
        if kind not in ("create", "update", "delete", "void"):
            kind = "create" if isinstance(body, Mapping) and "Id" not in body else "update"
        yield kind, entry.objects[0] if entry.objects else "", body
        return
    for item in items:
        name = next((key for key, value in item.items() if isinstance(value, Mapping)), "")
        yield str(item.get("operation", "query")), name, item.get(name)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        return raw.decode("utf-8", "replace")


def printed(value: Any) -> str:
    """JSON without blanks; every number with the digits it was sent with."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{printed(str(key))}:{printed(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(printed(each) for each in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
