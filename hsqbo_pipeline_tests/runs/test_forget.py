"""A connection that is forgotten can be set up again without doubling anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.errors import ConfigurationError, ExitCode
from hsqbo_pipeline.runs.adopt import adopt
from hsqbo_pipeline.runs.forget import Forgotten, forget
from hsqbo_pipeline.runs.rebuild import rebuild
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic, links, quiet, rules_of, town_house

_MONEY = {
    "quickbooks": (("Invoice", "TotalAmt"), ("Payment", "TotalAmt")),
    "hubspot": (("invoices", "hs_amount_billed"),),
}
_KINDS = {
    "quickbooks": ("Customer", "Item", "Invoice", "Payment"),
    "hubspot": ("contacts", "products", "invoices", "commerce_payments"),
}


def books(home: House) -> dict[str, Any]:
    """How many records of each kind there are, and the money in them."""
    found: dict[str, Any] = Counter()
    for system, names in _KINDS.items():
        for name in names:
            found[name] = len(home.live(system, name))
    for system, sums in _MONEY.items():
        for name, amount in sums:
            values = (one.get(amount) or one.get("properties", {}).get(amount) or 0 for one in home.live(system, name))
            found[f"{name} {amount}"] = sum((Decimal(str(value)) for value in values), Decimal(0))
    return found


@pytest.mark.rule("A95", "1.37", "H2", "N13", "SYS_STATE_LOST")
def test_forgotten_and_set_up_again_no_revenue_is_doubled(tmp_path: Path) -> None:
    """1.37: after forgetting, nights stand still; adopted, rebuilt or brought back from the export, all pairs are there again and
    the next night creates nothing."""
    with town_house(tmp_path / "data") as (home, _town):
        quiet(home)
        before, tied = books(home), links(home)
        for way in ("adopt", "rebuild", "import"):
            clear_traffic(home)
            done = forget(home.settings)
            assert home.requests() == 0
            assert (links(home), done.links) == ([], len(tied))
            assert len(done.export.read_text(encoding="utf-8").splitlines()) == len(tied) + 1
            ended = home.night()
            assert (ended.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
            assert "SYS_STATE_LOST" in home.states().values()
            set_up_again(home, way, done, tmp_path)
            assert home.writes() == NOTHING
            assert links(home) == tied, way
            ended = home.night(pass_s=7200)
            assert (ended.exit_code, home.writes()) == (ExitCode.DONE, NOTHING), way
            assert books(home) == before
            assert home.ask("SELECT 1 FROM tombstones WHERE reason = 'forgotten'") == []


def set_up_again(home: House, way: str, done: Forgotten, folder: Path) -> None:
    """One of the three ways back; what is no way back is refused or changes nothing."""
    clear_traffic(home)
    if way == "adopt":
        assert adopt(home.settings, rules_of(home), dry_run=True).ended is None
        assert links(home) == []
        adopt(home.settings, rules_of(home))
    elif way == "rebuild":
        rebuild(home.settings, rules_of(home))
    else:
        for path, said in strangers(folder, done.export):
            with pytest.raises(ConfigurationError, match=said):
                rebuild(home.settings, rules_of(home), export=path)
            assert links(home) == []
        rebuild(home.settings, rules_of(home), export=done.export)


def strangers(folder: Path, export: Path) -> Iterator[tuple[Path, str]]:
    """Files that bring nothing back, and what is said of them."""
    strange, other = folder / "strange.csv", folder / "other.csv"
    strange.write_text("a,b\n1,2\n", encoding="utf-8")
    other.write_text(export.read_text(encoding="utf-8").replace("9341450000000001", "1"), encoding="utf-8")
    yield strange, "no export"
    yield other, "another company"
    yield folder / "none.csv", "cannot be read"


@pytest.mark.rule("A95", "SYS_OUTCOME_UNCERTAIN")
def test_an_open_write_is_settled_before_anything_is_forgotten(tmp_path: Path) -> None:
    """While a write's outcome is unknown nothing is forgotten, for nobody would look it up any more."""
    with house(tmp_path / "data") as home:
        with pytest.raises(ConfigurationError, match="nothing to forget"):
            forget(home.settings)
        home.customer("Ada Lovelace", "ada@example.com")
        home.night()
        home.customer("Bob Ray", "bob@example.com")
        rule = {
            "system": "hubspot",
            "when": {"write": "create", "object": "contacts", "nth": 1},
            "do": "apply_then_reset",
        }
        home.served.sandbox.faults["hubspot"].load([{**rule, "then": {"all_requests": 503}}])
        home.night()
        home.served.sandbox.faults["hubspot"].clear()
        with pytest.raises(ConfigurationError, match="no known outcome"):
            forget(home.settings)
        home.night()
        assert forget(home.settings).links == 2
