"""Batch writes: all or nothing, unless every input carries its own `objectWriteTraceId` (then 207 for the rest).

Results are not in the order of the inputs: a seeded generator shuffles them, so that no client can lean on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hsqbo_pipeline.sandbox.hubspot import amounts, linking, rendering, writing
from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, bad_property, invalid, not_found
from hsqbo_pipeline.sandbox.hubspot.request import names_in
from hsqbo_pipeline.sandbox.hubspot.values import is_digits, iso

MAX_INPUTS = 100
Prepared = tuple[Draft, bool]


_TEXTS = ("idProperty", "objectWriteTraceId")


def inputs_of(body: Any, limit: int = MAX_INPUTS) -> list[dict[str, Any]]:
    """The inputs of a batch; 400 for none, for too many, for what is no object."""
    listed = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise invalid("Invalid input JSON: inputs must be a list of objects")
    if not listed:
        raise invalid("At least one input is required")
    if len(listed) > limit:
        raise invalid(f"The maximum number of inputs is {limit}; {len(listed)} were sent")
    for each in (body, *listed):
        for name in _TEXTS:
            if not isinstance(each.get(name, ""), str | None):
                raise invalid(f"Invalid input JSON: {name} must be a text")
    return listed


def refuse_duplicates(values: list[str]) -> None:
    """400 for a batch that names a record twice, with or without trace ids."""
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise invalid(f"Duplicate IDs found in batch input: [{', '.join(twice)}]", ids=twice)


def create(crm: Crm, kind: str, body: Any, actor: Actor) -> tuple[int, dict[str, Any]]:
    """`batch/create`: 201, or 207 if some inputs failed."""
    claims: writing.Claims = set()

    def prepare(each: dict[str, Any]) -> Prepared:
        links = linking.read_inline(kind, each.get("associations"))
        values = writing.properties_of(each)
        return writing.prepare_create(crm, kind, values, associations=links, actor=actor, claims=claims), True

    return _run(crm, kind, inputs_of(body), prepare, actor=actor, success=201)


def update(crm: Crm, kind: str, body: Any, actor: Actor) -> tuple[int, dict[str, Any]]:
    """`batch/update`: by record id, or by a unique property named in `idProperty` (never e-mail or hs_object_id)."""
    claims: writing.Claims = set()
    listed = inputs_of(body)
    refuse_duplicates([_key(each) for each in listed])
    for each in listed:
        if each.get("idProperty") in ("email", "hs_object_id"):
            type_id = crm.stores[kind].kind.type_id
            raise invalid(f"Unable to perform update/upsert by non-unique {type_id} property: {each['idProperty']}")

    def prepare(each: dict[str, Any]) -> Prepared:
        record = find(crm, kind, str(each["id"]), each.get("idProperty"))
        return writing.prepare_update(crm, kind, record, writing.properties_of(each), actor=actor, claims=claims), False

    return _run(crm, kind, listed, prepare, actor=actor, success=200)


def upsert(crm: Crm, kind: str, body: Any, actor: Actor) -> tuple[int, dict[str, Any]]:
    """`batch/upsert`: by a unique property, or by e-mail for contacts; results tell what is `new`."""
    listed = inputs_of(body)
    claims: writing.Claims = set()
    names = {each.get("idProperty") for each in listed}
    for name in names:
        if not name or name not in crm.stores[kind].unique:
            raise invalid(f"Unable to perform update/upsert by non-unique property: {name}")
    by_email = "email" in names
    refuse_duplicates([_key(each).strip().lower() if by_email else _key(each) for each in listed])

    def prepare(each: dict[str, Any]) -> Prepared:
        name, value = str(each["idProperty"]), str(each["id"])
        values = {**writing.properties_of(each)}
        held = crm.stores[kind].holder(name, value.strip().lower() if name == "email" else value)
        if held is None:
            values.setdefault(name, value)
            return writing.prepare_create(crm, kind, values, associations=[], actor=actor, claims=claims), True
        record = crm.stores[kind].live[held]
        if values.get(name, value) == value:
            values.pop(name, None)
        return writing.prepare_update(crm, kind, record, values, actor=actor, claims=claims), False

    partial = not by_email or crm.switches.hs_email_upsert_partial
    return _run(crm, kind, listed, prepare, actor=actor, success=200, tell_new=True, partial=partial)


def archive(crm: Crm, kind: str, body: Any, actor: Actor) -> None:
    """`batch/archive`: unknown ids do not fail; one record that must stay refuses the batch."""
    records = []
    for each in inputs_of(body):
        key = _key(each)
        record = crm.stores[kind].find(int(key)) if is_digits(key) else None
        if record is not None and record not in records:
            writing.refuse_archive(crm, kind, record, actor)
            records.append(record)
    for record in records:
        if record.id in crm.stores[kind].live:
            writing.archive(crm, kind, record, actor)
    amounts.refresh(crm)


def find(crm: Crm, kind: str, key: str, id_property: str | None) -> Record:
    """The record an input means; 404 if there is none."""
    if id_property and id_property != "hs_object_id":
        return crm.by_property(kind, id_property, key)
    return crm.record(kind, key)


def answer(crm: Crm, started_ms: int, results: list[Any], errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The envelope of every batch answer."""
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(started_ms),
        "completedAt": iso(crm.now_ms()),
    }
    if errors:
        body["numErrors"] = len(errors)
        body["errors"] = errors
    return body


def _key(each: dict[str, Any]) -> str:
    key = each.get("id")
    if key is None or isinstance(key, (dict, list)) or not str(key):
        raise invalid("Invalid input JSON: every input needs an id")
    return str(key)


def _run(
    crm: Crm,
    kind: str,
    listed: list[dict[str, Any]],
    prepare: Callable[[dict[str, Any]], Prepared],
    *,
    actor: Actor,
    success: int,
    tell_new: bool = False,
    partial: bool = True,
) -> tuple[int, dict[str, Any]]:
    started = crm.now_ms()
    traces = [each.get("objectWriteTraceId") for each in listed]
    partial = partial and all(traces) and len(set(traces)) == len(traces)
    ready: list[Prepared] = []
    sent: list[dict[str, Any]] = []
    errors = []
    for each in listed:
        try:
            ready.append(prepare(each))
            sent.append(each)
        except RefusalError as refusal:
            if not partial:
                raise _in_batch(refusal, each) from None
            errors.append(refusal.multi_status(objectWriteTraceId=[str(each["objectWriteTraceId"])]))
    records = [(writing.commit(crm, draft, actor), new) for draft, new in ready]
    amounts.refresh(crm)
    results = []
    for each, (record, new) in zip(sent, records, strict=True):
        row = rendering.written(crm, kind, record, writing.properties_of(each), new=new)
        results.append({**row, "new": new} if tell_new else row)
    crm.shuffle.shuffle(results)
    return (207 if errors else success), answer(crm, started, results, errors)


def _in_batch(refusal: RefusalError, each: dict[str, Any]) -> RefusalError:
    if refusal.status == 404:
        return not_found("Could not get some objects, they may be deleted or not exist.", ids=[str(each.get("id"))])
    return refusal


def read(crm: Crm, kind: str, body: Any, *, archived: bool = False) -> tuple[int, dict[str, Any]]:
    """`batch/read`: 200, or 207 naming the ids that are not there; `archived` looks into the recycle bin instead."""
    started = crm.now_ms()
    listed = inputs_of(body)
    history = names_in(body, "propertiesWithHistory")
    if history and len(listed) > 50:
        raise invalid("The maximum number of inputs with propertiesWithHistory is 50")
    id_property = body.get("idProperty")
    if id_property and id_property != "hs_object_id" and id_property not in crm.stores[kind].unique:
        raise bad_property(str(id_property), "PROPERTY_DOESNT_EXIST", f"{id_property} is not a unique property")
    names = rendering.wanted_names(crm.stores[kind], names_in(body, "properties"))
    found, missing = {}, []
    for each in listed:
        key = _key(each)
        record = _read_one(crm, kind, key, id_property, archived)
        if record is None:
            missing.append(key)
        else:
            found[record.id] = rendering.body(crm, kind, record, names, history)
    results = list(found.values())
    crm.shuffle.shuffle(results)
    if not missing:
        return 200, answer(crm, started, results)
    refusal = not_found("Could not get some objects, they may be deleted or not exist.", ids=missing)
    return 207, answer(crm, started, results, [refusal.multi_status()])


def _read_one(crm: Crm, kind: str, key: str, id_property: str | None, archived: bool) -> Record | None:
    if archived:
        return crm.stores[kind].recycle_bin(crm.now_ms()).get(int(key)) if is_digits(key) else None
    try:
        return find(crm, kind, key, id_property)
    except RefusalError:
        return None
