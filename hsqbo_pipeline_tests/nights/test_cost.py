"""What a night costs in requests: counted, so that no slow machine fails it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from hsqbo_pipeline_tests.nights.house import House, house

MANY = 230  # more than two of HubSpot's batches


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("cost") / "data") as found:
        for number in range(MANY):
            found.customer(f"Firm {number}", f"firm{number}@example.com", GivenName=f"Given {number}")
        yield found


def _night(home: House) -> int:
    """Requests of a night, none of which met a limit."""
    ended = home.night(pass_s=86_400)
    assert ended.exit_code == 0
    assert (ended.requests["hubspot_throttled"], ended.requests["quickbooks_throttled"]) == (0, 0)
    throttled = [home.served.sandbox.traffic[name].summary()["throttled"] for name in ("hubspot", "quickbooks")]
    assert throttled == [0, 0]
    return home.requests()


@pytest.mark.rule("A94")
def test_a_night_costs_what_its_changes_cost_and_meets_no_limit(home: House) -> None:
    """n changed records take per hundred whether their partners live, the look before the write, and the write, and per
    fifty the history; a night without changes at most twenty requests. The real limits are on: nothing is turned away."""
    for _ in range(2):
        _night(home)
    idle = _night(home)
    assert idle <= 20
    for one in home.live("quickbooks", "Customer"):
        home.person("quickbooks", "update", "Customer", {"GivenName": f"Renamed {one['Id']}"}, id=one["Id"])
    changed = _night(home)
    assert sum(one["properties"]["firstname"].startswith("Renamed") for one in home.live("hubspot", "contacts")) == MANY
    batches = math.ceil(MANY / 100)
    assert changed - idle == 3 * batches + math.ceil(MANY / 50)
