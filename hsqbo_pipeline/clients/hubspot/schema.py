"""Property definitions: made once by the first run that writes, never changed after.

Sources: properties specification; the answers for what exists already were seen in a live portal by others.
"""

from __future__ import annotations

from collections.abc import Sequence

from hsqbo_pipeline.clients.faults import UNCERTAIN, Fault, error_of
from hsqbo_pipeline.clients.hubspot.answers import PropertiesCreated
from hsqbo_pipeline.clients.hubspot.calls import BATCH, Calls, check_size
from hsqbo_pipeline.clients.hubspot.faults import SYSTEM
from hsqbo_pipeline.clients.hubspot.matching import input_error
from hsqbo_pipeline.clients.hubspot.reading import page_of
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.errors import HsqboError, RecordError

_EXISTS = "ID_DUPLICATE_IN_BATCH"  # what a 409 is sorted into


async def create_group(calls: Calls, object_: str, name: str, label: str) -> bool:
    """Make a property group; False if it was there before."""
    body = {"name": name, "label": label, "displayOrder": -1}
    try:
        await calls.write(calls.paths.property_groups(object_), "create property group", body)
    except RecordError as exc:
        if exc.code != _EXISTS:
            raise
        return False
    return True


async def create_properties(calls: Calls, object_: str, definitions: Sequence[Record]) -> PropertiesCreated:
    """Make up to 100 property definitions; those that exist stay as they are.

    A 207's errors name the property in their context or their message; a batch refused as a whole because one exists is
    taken apart and sent one by one.
    """
    check_size(definitions, BATCH)
    done = PropertiesCreated()
    path = calls.paths.properties_create(object_)
    try:
        answer = await calls.write(path, "create properties", {"inputs": list(definitions)})
    except RecordError as exc:
        if len(definitions) == 1:
            return _single(definitions[0], exc)
        for definition in definitions:
            part = await create_properties(calls, object_, [definition])
            done.created.extend(part.created)
            done.existing.extend(part.existing)
            done.refused.update(part.refused)
        return done
    done.created.extend(str(record.get("name")) for record in page_of(answer).records)
    left = [str(definition["name"]) for definition in definitions if definition["name"] not in done.created]
    errors = [error for error in answer.data.get("errors") or () if isinstance(error, dict)]
    for name in left:
        mine = [error for error in errors if name in str(error.get("context")) or name in str(error.get("message"))]
        if not mine and len(left) == len(errors) == 1:
            mine = errors
        error = input_error(mine[0], answer) if mine else _unnamed(answer.request_id)
        if error.code == _EXISTS:
            done.existing.append(name)
        else:
            done.refused[name] = error
    return done


def _unnamed(request_id: str | None) -> HsqboError:
    said = "the answer says nothing about this property"
    return error_of(Fault(UNCERTAIN, 207, "", said, request_id=request_id, system=SYSTEM))


def _single(definition: Record, exc: RecordError) -> PropertiesCreated:
    name = str(definition["name"])
    return PropertiesCreated(existing=[name]) if exc.code == _EXISTS else PropertiesCreated(refused={name: exc})
