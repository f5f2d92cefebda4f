"""A connection whose two sides hold a little of everything, synced once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.sandbox.frame.server import running
from hsqbo_pipeline_tests.nights.house import House, impatient
from hsqbo_pipeline_tests.nights.town import Town

NOTHING = {"hubspot": 0, "quickbooks": 0}


@contextmanager
def town_house(data: Path, size: int = 4) -> Iterator[tuple[House, Town]]:
    """A filled town and its connection; no night has run."""
    with running() as served, impatient(served):
        town = Town(served.sandbox, size)
        town.fill()
        yield House(served, data, town.rules()), town


def quiet(home: House, nights: int = 4) -> None:
    """Nights until one writes nothing."""
    for _ in range(nights):
        home.night(pass_s=86_400)
        if home.writes() == NOTHING:
            return
    raise AssertionError("the nights do not come to rest")


def clear_traffic(home: House) -> None:
    """Count from here."""
    for name in NOTHING:
        home.served.sandbox.traffic[name].clear()


def links(home: House, *columns: str) -> list[tuple[Any, ...]]:
    """The link table, in order."""
    wanted = columns or ("entity", "hubspot_id", "quickbooks_id", "role", "hubspot_object", "quickbooks_object")
    found: list[Row] = home.ask(f"SELECT {', '.join(wanted)} FROM links ORDER BY ALL")
    return [tuple(row.values()) for row in found]


def rules_of(home: House) -> Rules:
    """The rules of the connection."""
    return Rules.model_validate(home.rules)
