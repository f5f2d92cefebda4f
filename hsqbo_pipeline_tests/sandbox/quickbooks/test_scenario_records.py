"""The records that scenario files give can all be made by a person, in either order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hsqbo_pipeline.sandbox.frame.clock import Clock, parse_instant
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.quickbooks.books import ENTITIES
from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany
from hsqbo_pipeline.sandbox.quickbooks.plain import merge, resolve


def _file() -> dict[str, Any]:
    shared = os.environ.get("HSQBO_SHARED")
    path = Path(shared or "") / "scenarios" / "scenarios.yaml"
    if not shared or not path.is_file():
        pytest.skip("set HSQBO_SHARED to a folder that holds scenarios/ to make their records here")
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def _make(company: QuickBooksCompany, entry: Mapping[str, Any], names: dict[str, str], defaults: Any) -> dict[str, Any]:
    entity = next(key for key in entry if key in ENTITIES)
    fields = {**defaults.get(f"quickbooks.{entity}", {}), **entry[entity]}
    rest = {key: value for key, value in entry.items() if key not in (entity, "as")}
    if "applies" in rest:
        rest["applies"] = {resolve(key, names): value for key, value in rest["applies"].items()}
    answer = company.person(resolve({"action": "create", "object": entity, "fields": fields, **rest}, names))
    if "as" in entry:
        names[entry["as"]] = answer["id"]
    found: dict[str, Any] = answer["record"]
    return found


def test_every_given_record_can_be_made() -> None:
    """Each scenario's company is configured and its QuickBooks records created; stated tax is kept."""
    book = _file()
    defaults = book["defaults"]
    made = 0
    for scenario in book["scenarios"]:
        config = merge(defaults["company"], scenario.get("company", {}))
        clock = Clock(parse_instant(scenario.get("clock_start", defaults["clock_start"])))
        company = QuickBooksCompany(clock=clock, switches=Switches(), config=config)
        names = dict(company.names)
        assert {"it_w", "it_g", "acc_income"} <= set(names)
        for entry in scenario["given"]["quickbooks"]:
            record = _make(company, entry, names, defaults["record_defaults"])
            if "tax" in entry:
                assert float(record["TxnTaxDetail"]["TotalTax"]) == entry["tax"]
            made += 1
    assert made > 20
