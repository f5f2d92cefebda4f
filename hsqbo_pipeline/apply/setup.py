"""Our own properties in HubSpot: made by the first run that writes, never by one that only looks (H31).

A property's uniqueness is settled when it is made. Objects that refuse a unique one get it plain; then the link table
and the look-up among a parent's children carry the proof alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.errors import HsqboError, RecordError
from hsqbo_pipeline.mapping.properties import GROUP, OWN_PROPERTIES
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Operation
from hsqbo_pipeline.store import mirror

SQL = Statements(Path(__file__).parent / "sql")
DEFINITIONS = "property_definitions"


async def prepare(run: Run, operations: Iterable[Operation]) -> list[str]:
    """Make what the operations are about to write and the portal does not have. The objects that got something.

    HubSpot takes no writes in this run if it cannot be done.
    """
    objects = {
        step.object
        for operation in operations
        for step in operation.steps
        if step.system is System.HUBSPOT and _own(step.body)
    }
    known = remember_known(run)
    made = []
    try:
        for name in sorted(objects & OWN_PROPERTIES.keys()):
            missing = [each for each in OWN_PROPERTIES[name] if (name, each["name"]) not in known]
            if missing:
                await _make(run, name, missing)
                made.append(name)
    except HsqboError as error:
        run.stop(System.HUBSPOT, error.code)
    return made


def _own(body: Mapping[str, Any]) -> bool:
    return any(str(name).startswith("qbo_") for name in body)


def remember_known(run: Run) -> dict[tuple[str, str], bool]:
    """Our properties that the portal has, and whether each is unique; the run takes note of unique marks."""
    names = sorted({each["name"] for definitions in OWN_PROPERTIES.values() for each in definitions})
    found = SQL.rows(run.warehouse.con, "own_definitions", names=names)
    known = {(row["object"], row["name"]): row["is_unique"] for row in found}
    run.unique |= {key for key, unique in known.items() if unique and key[1] == "qbo_id"}
    return known


async def _make(run: Run, name: str, definitions: Sequence[dict[str, Any]]) -> None:
    """Group first, then the properties; the portal's own word on them is what we remember."""
    client = run.clients.hubspot
    await client.create_property_group(name, str(GROUP["name"]), str(GROUP["label"]))
    done = await client.create_properties(name, definitions)
    plain = [{**each, "hasUniqueValue": False} for each in definitions if _refused_unique(each, done.refused)]
    refused = {key: error for key, error in done.refused.items() if key not in {each["name"] for each in plain}}
    if plain:
        refused |= (await client.create_properties(name, plain)).refused
    for error in refused.values():
        raise error
    await _remember(run, name, {each["name"] for each in definitions})


def _refused_unique(definition: Mapping[str, Any], refused: Mapping[str, HsqboError]) -> bool:
    error = refused.get(str(definition["name"]))
    return bool(definition.get("hasUniqueValue")) and isinstance(error, RecordError)


async def _remember(run: Run, name: str, made: set[str]) -> None:
    there = [each for each in await run.clients.hubspot.properties(name) if each["name"] in made]
    records = [{**each, "id": f"{name}.{each['name']}", "object": name} for each in there]
    with run.warehouse.transaction() as con:
        mirror.load(con, run.situation.run_id, System.HUBSPOT.value, DEFINITIONS, records)
    run.unique |= {(name, "qbo_id") for each in there if each["name"] == "qbo_id" and each.get("hasUniqueValue")}
