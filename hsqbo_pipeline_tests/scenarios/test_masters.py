"""Customers and products through whole nights: what a bookkeeper would insist on, theme by theme, in files beside this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.scenarios.reading import Scenario, read
from hsqbo_pipeline_tests.scenarios.told import differences


def _of(theme: str) -> pytest.MarkDecorator:
    found = read(Path(__file__).parent / f"masters_{theme}.yaml")
    return pytest.mark.parametrize("scenario", found, ids=[each.id for each in found])


@pytest.mark.rule(
    "N10", "N12", "N17", "H20", "H23", "1.23", "1.25", "1.33", "A51", "A52", "A53", "A54", "A60", "D85", "D89"
)
@_of("fields")
def test_fields(scenario: Scenario) -> None:
    """Every field flows, waits or stays as its own rule says; a mapping that comes is applied to history, one that goes
    blanks nothing."""
    assert differences(scenario) == []


@pytest.mark.rule("N11", "H21", "H22", "D32", "D49", "ID_QBO_MERGED", "CUS_SUB_CUSTOMER")
@_of("families")
def test_families(scenario: Scenario) -> None:
    """A family shares its address without competing for it, and documents follow the nearest who has a contact."""
    assert differences(scenario) == []


@pytest.mark.rule("A46", "A47", "A48", "A72", "A73", "A74", "1.20", "1.30", "D45", "D46", "N12", "N17")
@_of("names")
def test_names(scenario: Scenario) -> None:
    """A name goes to who came first, is never taken from anybody, and is given once; clashes follow the policy."""
    assert differences(scenario) == []


@pytest.mark.rule("A21", "A26", "A27", "D32", "D33", "D34", "D36", "N13")
@_of("matching")
def test_matching(scenario: Scenario) -> None:
    """Links beat keys, keys beat nothing but themselves, and what is not certain is told with everyone concerned."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "A36", "A60", "A62", "A63", "A65", "A67", "A68", "A92", "A93", "A94", "1.28", "1.32", "1.36", "D22", "D24", "D27", "N17"
)  # fmt: skip
@_of("filters")
def test_filters(scenario: Scenario) -> None:
    """What a filter, a direction or a switch keeps out stays as it is, is told with the condition, and comes back whole."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "A22", "A23", "A24", "A38", "A71", "1.13", "1.14", "D16", "D28", "D39", "D40", "D41", "D42", "D43", "D44", "H24", "N12", "N17"
)  # fmt: skip
@_of("products")
def test_products(scenario: Scenario) -> None:
    """Items come along by SKU and type; into QuickBooks only on a checked account and under a name that is free there."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "A23", "A51", "D30", "D31", "D33", "D35", "D40", "D42", "D43", "D46", "D84", "D85", "D89", "D99", "1.14", "N10", "N17"
)  # fmt: skip
@_of("bad")
def test_bad_records(scenario: Scenario) -> None:
    """An odd record stops itself alone, an odd text arrives as it was written, and what was refused once is not sent again
    until it is another or somebody made room."""
    assert differences(scenario) == []


@pytest.mark.rule("D28", "D34", "D49", "D90", "D92", "N13")
@_of("endings")
def test_endings(scenario: Scenario) -> None:
    """A deletion is told, followed only where the rules say so, and never undone by us."""
    assert differences(scenario) == []


@pytest.mark.rule("A37", "A46", "N11", "D36")
@_of("companies")
def test_companies(scenario: Scenario) -> None:
    """Companies are billed for their contacts, who come, go and are merged."""
    assert differences(scenario) == []
