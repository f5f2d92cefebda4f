"""The acceptance scenarios' rules can be said in sync.yaml, word for word (only `approval` is called `mode` there)."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Rules, parse


def scenarios() -> dict[str, Any]:
    """The shared file, or a skip where it is not at hand."""
    folder = os.environ.get("HSQBO_SHARED")
    path = Path(folder, "scenarios/scenarios.yaml") if folder else None
    if path is None or not path.is_file():
        pytest.skip("HSQBO_SHARED does not name a folder that holds scenarios/scenarios.yaml")
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return loaded


def laid_over(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`more` over `base`, section by section."""
    return {
        **base,
        **{
            key: laid_over(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
            for key, value in more.items()
        },
    }


def as_rules(said: dict[str, Any]) -> Rules:
    """A scenario's rules, written as a file and read back; `@name` stands for an id."""
    said = {("mode" if key == "approval" else key): value for key, value in said.items()}
    if said.get("tax", {}).get("map") == {} and said["tax"].get("hs_invoice_with_tax") == "map":
        said["tax"]["map"] = {"1": "1"}
    text = StringIO()
    YAML(typ="safe").dump(said, text)
    return parse(text.getvalue())


def test_every_scenario_can_be_said() -> None:
    """The defaults and each scenario's own rules are accepted, and mean what they say."""
    given = scenarios()
    base = given["defaults"]["rules"]
    read = {each["id"]: as_rules(laid_over(base, each.get("rules", {}))) for each in given["scenarios"]}
    plain = read["S01"]
    assert plain.limits.enabled is False
    assert all(plain.of(entity).writes_to(System.HUBSPOT) for entity in Entity)
    assert plain.payments.deposit_account("byo_stripe") == "@acc_undep"
    assert plain.invoices.custom_item_income_account == "@acc_income"
    assert plain.tax.us_untaxed_hs_invoice == "send_non"
    assert read["S07"].tax.map == {"@g20": "@tc20", "@g0": "@tc0"}
    assert read["S07"].timezone == "Europe/London"
    assert read["S10"].invoices.targets == {System.HUBSPOT}
    assert read["S13"].filter_groups(Entity.CUSTOMER, System.HUBSPOT) == ()
    assert plain.filter_groups(Entity.CUSTOMER, System.HUBSPOT) != ()


def test_rules_that_change_during_a_scenario_can_be_said() -> None:
    """A step's rules are laid over those before and read again."""
    given = scenarios()
    count = 0
    for each in given["scenarios"]:
        said = laid_over(given["defaults"]["rules"], each.get("rules", {}))
        before = as_rules(said)
        for step in each["steps"]:
            if "rules" in step:
                said = laid_over(said, step["rules"])
                assert as_rules(said).fingerprint(Entity.INVOICE) != before.fingerprint(Entity.INVOICE)
                count += 1
    assert count
