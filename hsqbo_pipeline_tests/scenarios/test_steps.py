"""Steps beside runs and expectations: people, faults, the clock, our disk, commands, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.scenarios.matching import differences, holds
from hsqbo_pipeline.scenarios.reading import in_order, laid_over, read
from hsqbo_pipeline.scenarios.stage import Stage, stage
from hsqbo_pipeline.scenarios.steps import do

FILE = Path(__file__).parent / "shop.yaml"


@pytest.fixture
def shop() -> Iterator[Stage]:
    """The shop before its first night."""
    scenario = read(FILE)[0]
    given = [(system, entry) for system in ("quickbooks", "hubspot") for entry in scenario.given[system]]
    with stage(scenario, given) as made:
        yield made


def test_a_night_that_is_blocked_a_condition_and_a_lost_warehouse(shop: Stage) -> None:
    """A dead system makes the run red; steps for that case run then and only then; state can be lost."""
    dead = [{"system": "quickbooks", "when": {"endpoint": "."}, "do": "401"}]
    assert do(shop, {"faults": dead}) == []
    assert do(shop, {"run": {"n": 1, "exit": "nonzero"}}) == []
    assert do(shop, {"if_blocked": [{"faults": "clear"}, {"run": 2}]}) == []
    assert do(shop, {"if_blocked": [{"person": {"system": "hubspot", "action": "nonsense"}}]}) == []
    assert do(shop, {"expect": {"quickbooks": {"totals": {"Invoice": 2}}}}) == []
    assert do(shop, {"local": "delete_warehouse"}) == []
    assert not list(shop.data.glob("warehouse.duckdb*"))
    assert "is unknown" in do(shop, {"local": "burn"})[0]
    assert "is not in the data folder" in do(shop, {"local": {"delete": "../../etc/passwd"}})[0]


def test_a_command_of_ours_with_the_hash_it_showed(shop: Stage) -> None:
    """Undo shows a plan; approving that very plan carries it out; a command that fails is told."""
    assert do(shop, {"run": 1}) == []
    assert do(shop, {"expect": {"quickbooks": {"rows": [{"Invoice": {"DocNumber": "INV-1"}, "save_as": "q1"}]}}}) == []
    assert do(shop, {"cli": {"command": "undo", "run": 1, "approve": "shown_hash"}}) == []
    voided = {"ref": "@q1", "has": {"TotalAmt": 0, "PrivateNote": {"contains": "Voided"}}}
    assert do(shop, {"expect": {"quickbooks": {"rows": [voided]}}}) == []
    assert "exit code 2, expected 0" in do(shop, {"cli": {"command": "undo", "run": 77}})[0]
    assert do(shop, {"cli": {"command": "pause", "ref": "@c_x", "why": "disputed"}}) == []


def test_people_move_versions_that_count_as_theirs(shop: Stage) -> None:
    """A payment that a person books moves the invoice's SyncToken, and that is the person's doing."""
    payment = {"Payment": {"CustomerRef": "@c_mia", "TotalAmt": 1.00}, "as": "p2"}
    invoice = {
        "as": "i2",
        "Invoice": {"DocNumber": "502", "CustomerRef": "@c_mia"},
        "lines": [{"item": "@it_hat", "Qty": 1, "UnitPrice": 5.00}],
    }
    assert do(shop, {"person": {"system": "quickbooks", "action": "create", **invoice}}) == []
    assert do(shop, {"person": {"system": "quickbooks", "action": "create", **payment, "applies": {"@i2": 1.00}}}) == []
    row = {"ref": "@i2", "unchanged_since_last_person_edit": True, "has": {"Balance": 4.00, "SyncToken": "1"}}
    assert do(shop, {"expect": {"quickbooks": {"rows": [row]}}}) == []
    assert "unknown action" in do(shop, {"person": {"system": "quickbooks", "action": "sing", "ref": "@i2"}})[0]


def test_the_clock_is_advanced_and_set(shop: Stage) -> None:
    """In seconds or days, or to an instant."""
    clock = shop.served.sandbox.clock
    assert do(shop, {"clock": {"set": "2026-12-01T00:00:00Z"}}) == []
    assert do(shop, {"clock": {"advance_days": 1, "advance_s": 60}}) == []
    assert clock.now().isoformat().startswith("2026-12-02T00:01:0")
    assert "fortnights is unknown" in do(shop, {"clock": {"fortnights": 1}})[0]


def test_defaults_lie_under_and_named_lists_are_joined() -> None:
    """A scenario's own items are added to everybody's; one of the same name replaces the default."""
    base = {"items": [{"as": "a", "n": 1}, {"as": "b"}], "prefs": {"x": 1, "y": 2}, "other": [1]}
    more = {"items": [{"as": "a", "n": 2}], "prefs": {"y": 3}, "other": [2]}
    assert laid_over(base, more) == {
        "items": [{"as": "b"}, {"as": "a", "n": 2}],
        "prefs": {"x": 1, "y": 3},
        "other": [2],
    }


def test_another_order_keeps_records_behind_those_they_name() -> None:
    """Reversed, an invoice still comes after its customer and a payment after its invoice."""
    given = [{"as": "c"}, {"as": "i", "CustomerRef": "@c"}, {"as": "p", "applies": {"@i": 1}}, {"as": "z"}]
    assert [each["as"] for each in in_order(given, given[::-1])] == ["z", "c", "i", "p"]


@pytest.mark.parametrize(
    ("actual", "expected", "fits"),
    [
        ("100.00", 100, True),
        ("100.01", 100.0, False),
        ({"value": "7", "name": "Ada"}, "7", True),
        ({"Address": "a@example.com"}, "a@example.com", True),
        (None, "", True),
        ("x", None, False),
        (True, "true", True),
        ("false", False, True),
        ("2026-12-01T01:30:00.000Z", "2026-12-01T01:30:00Z", True),
        ("2026-12-01T01:30:00.000Z", {"day": "2026-11-30", "in": "America/New_York"}, True),
        ("2026-12-01T01:30:00.000Z", {"same_day_in": ["UTC", "America/New_York"], "day": "2026-11-30"}, False),
        ("2026-11-30T17:00:00.000Z", {"same_day_in": ["UTC", "America/New_York"], "day": "2026-11-30"}, True),
        ("Voided - x", {"contains": "Voided"}, True),
        (None, {"contains": "Voided"}, False),
        ("", {"absent": True}, True),
        ("x", {"absent": True}, False),
        ("x", {"any_of": ["x", "y"]}, True),
        ("x", {"not": "x"}, False),
    ],
)
def test_values_and_matchers(actual: object, expected: object, fits: bool) -> None:
    """Numbers compare as decimals, instants as instants, references by id; matchers do as they are called."""
    assert holds(actual, expected) is fits


def test_lines_are_counted_without_text_and_subtotal() -> None:
    """`Line[n]` is the n-th sales line."""
    lines = [
        {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"Qty": 1}},
        {"DetailType": "DescriptionOnly", "Description": "Thanks"},
        {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"Qty": 5}},
        {"DetailType": "SubTotalLineDetail"},
    ]
    assert differences({"Line": lines}, {"Line[2].Qty": 5, "Line[3].Description": {"absent": True}}, {}) == []
    assert differences({"Line": lines}, {"Line[4].Qty": {"absent": True}}, {}) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: [{id: A, steps: [{rnu: 1}]}]", "step 1 is none of"),
        ("scenarios: [{id: A, stps: []}]", "has an id and steps"),
        ("scenarios: [{id: A, steps: [], setps: 1}]", "there is no key setps"),
        ("just: text", "no list of scenarios"),
        ("[unclosed", "cannot be read"),
    ],
)
def test_a_file_that_is_no_scenario_says_where(tmp_path: Path, text: str, said: str) -> None:
    """A misspelt key never passes for an empty one."""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read(tmp_path / "x.yaml")
