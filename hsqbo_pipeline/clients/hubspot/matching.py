"""Brings the answers of a HubSpot batch back to its inputs.

HubSpot answers in another order than it was asked (seen live), and echoes objectWriteTraceId in errors but not reliably
in results. So, in this order: the echoed trace id; the record id (updates); the unique property that was sent, compared
as HubSpot stores it (e-mails in lower case); and where exactly one input and one result are left over, each other. What
still cannot be tied is reported as uncertain, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.clients.faults import REMOTE, UNCERTAIN, Fault, error_of
from hsqbo_pipeline.clients.hubspot.answers import CreateInput, UpdateInput, UpsertInput, WriteAnswer
from hsqbo_pipeline.clients.hubspot.faults import SYSTEM, classify
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.transport import Answer
from hsqbo_pipeline.errors import HsqboError

WriteInput = CreateInput | UpdateInput | UpsertInput


def key_of(name: str, value: object) -> str:
    """A unique value in the form in which HubSpot keeps and compares it."""
    text = str(value or "").strip()
    return text.lower() if name == "email" else text


def write_answers(inputs: Sequence[WriteInput], answer: Answer, unique: str | None) -> list[WriteAnswer]:
    """One answer per input, in the inputs' order. `unique` names the property by which results are recognised."""
    data = answer.data if isinstance(answer.data, dict) else {}
    results = [part for part in data.get("results") or () if isinstance(part, dict)]
    errors = [part for part in data.get("errors") or () if isinstance(part, dict)]
    records = _tie_records(inputs, results, unique)
    refused = _tie_errors([entry for entry in inputs if entry.trace not in records], errors, unique, answer)
    return [_answer(entry, records, refused, answer) for entry in inputs]


def _answer(
    entry: WriteInput, records: Mapping[str, Record], refused: Mapping[str, HsqboError], answer: Answer
) -> WriteAnswer:
    record = records.get(entry.trace)
    error = None if record is not None else refused.get(entry.trace) or _uncertain(answer)
    return WriteAnswer(entry.trace, record, error, answer.request_id)


def _uncertain(answer: Answer) -> HsqboError:
    said = "the batch's answer cannot be tied to this record; it is looked up before anything is sent again"
    return error_of(Fault(UNCERTAIN, answer.status, "", said, request_id=answer.request_id, system=SYSTEM))


def _tie_records(inputs: Sequence[WriteInput], results: list[Record], unique: str | None) -> dict[str, Record]:
    """Results by the trace of their input."""
    traces = {entry.trace for entry in inputs}
    tied: dict[str, Record] = {}
    rest: list[Record] = []
    by_name = _names(inputs, unique)
    for result in results:
        trace = str(result.get("objectWriteTraceId") or "")
        if trace not in traces:
            trace = by_name.get(("id", str(result.get("id")))) or _by_unique(result, unique, by_name)
        if trace and trace not in tied:
            tied[trace] = result
        else:
            rest.append(result)
    left = [entry for entry in inputs if entry.trace not in tied]
    # A merged record answers under its survivor's id; alone on both sides it can only be this one.
    if len(rest) == 1 and len(left) == 1 and len(inputs) == len(results):
        tied[left[0].trace] = rest[0]
    return tied


def _names(inputs: Sequence[WriteInput], unique: str | None) -> dict[tuple[str, str], str]:
    """Everything by which an input can be recognised, to its trace. A value that two inputs share names neither."""
    names: dict[tuple[str, str], str] = {}
    shared: set[tuple[str, str]] = set()
    for entry in inputs:
        name = ("id", entry.id) if isinstance(entry, UpdateInput) else ("value", _unique_value(entry, unique))
        if name in names:
            shared.add(name)
        names[name] = entry.trace
    return {name: trace for name, trace in names.items() if name not in shared and name[1]}


def _unique_value(entry: CreateInput | UpsertInput, unique: str | None) -> str:
    if unique is None:
        return ""
    value = entry.value if isinstance(entry, UpsertInput) else entry.properties.get(unique)
    return key_of(unique, value)


def _by_unique(result: Record, unique: str | None, names: Mapping[tuple[str, str], str]) -> str:
    properties = result.get("properties")
    if unique is None or not isinstance(properties, dict):
        return ""
    return names.get(("value", key_of(unique, properties.get(unique))), "")


def _tie_errors(
    left: Sequence[WriteInput], errors: list[dict[str, Any]], unique: str | None, answer: Answer
) -> dict[str, HsqboError]:
    """Errors by the trace of the input they name, in `context.objectWriteTraceId` or `context.ids`."""
    names = _names(left, unique)
    tied: dict[str, HsqboError] = {}
    for error in errors:
        context = error.get("context")
        named = context if isinstance(context, dict) else {}
        traces = {str(trace) for trace in _texts(named.get("objectWriteTraceId"))}
        traces |= {names.get(("id", text)) or names.get(("value", text)) or "" for text in _texts(named.get("ids"))}
        if not traces - {""} and len(left) == len(errors) == 1:
            traces = {left[0].trace}
        for trace in traces & {entry.trace for entry in left}:
            tied[trace] = input_error(error, answer)
    return tied


def input_error(error: Mapping[str, Any], answer: Answer) -> HsqboError:
    """One entry of a multi-status answer's `errors`. An internal error may have struck after the saving."""
    status = 404 if error.get("category") == "OBJECT_NOT_FOUND" else 400
    fault = classify(status, error)
    code = UNCERTAIN if fault.code == REMOTE else fault.code
    return error_of(replace(fault, code=code, request_id=answer.request_id or fault.request_id))


def _texts(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []
