"""Nights on which QuickBooks lets us in no further, and the first load that waits for a person's word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hsqbo_pipeline
from hsqbo_pipeline.errors import ConfigurationError, ExitCode
from hsqbo_pipeline.mapping.scopes import needed
from hsqbo_pipeline.model.codes import CODES, Class
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.sandbox.hubspot.tokens import Token
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A connection that works."""
    with house(tmp_path_factory.mktemp("access") / "data") as made:
        yield made


@pytest.mark.rule("AUTH_QBO_FORBIDDEN", "D2", "AUTH_QBO_SUBSCRIPTION", "D3", "RATE_QBO_MONTHLY", "D8")
@pytest.mark.parametrize(
    ("fault", "code", "exit_code", "fix"),
    [
        ({"do": "403"}, "AUTH_QBO_FORBIDDEN", ExitCode.LOGIN, "administrator"),
        ({"do": "fault_in_200", "code": "6190"}, "AUTH_QBO_SUBSCRIPTION", ExitCode.LOGIN, "Renew the subscription"),
        ({"do": "429_monthly"}, "RATE_QBO_MONTHLY", ExitCode.RED, "larger tier"),
    ],
)  # fmt: skip
def test_a_closed_door_blocks_with_its_code_and_asks_no_more_than_needed(
    home: House, fault: dict[str, Any], code: str, exit_code: ExitCode, fix: str
) -> None:
    """D2, D3, D8: the night is BLOCKED with code and fix, writes nothing, tries nothing twice, and the next one goes on."""
    home.customer(f"Ada {code}", f"{code.lower()}@example.com")
    home.served.sandbox.faults["quickbooks"].load([fault])
    ended = home.night()
    asked = home.served.sandbox.traffic["quickbooks"].summary()["by_endpoint"]
    home.served.sandbox.faults["quickbooks"].load([])
    assert (ended.exit_code, home.writes()) == (exit_code, NOTHING)
    told = home.ask("SELECT DISTINCT code, fix FROM record_states WHERE entity = 'connection' AND state = 'BLOCKED'")
    assert [row["code"] for row in told] == [code]
    assert fix in told[0]["fix"]
    assert isinstance(asked, dict)
    assert sum(asked.values()) <= 18  # once for each object: nothing is tried again
    assert home.night().exit_code == ExitCode.DONE
    assert f"{code.lower()}@example.com" in {one["properties"]["email"] for one in home.live("hubspot", "contacts")}


@pytest.mark.rule("CFG_INVALID", "H32")
def test_limits_can_be_off_in_the_sandbox_alone(home: House) -> None:
    """With any real account a run ends with exit code 2 before it has asked either system anything."""
    with pytest.raises(ConfigurationError, match="sandbox only") as refused:
        home.night(environment="development")
    assert (refused.value.code, refused.value.exit_code) == ("CFG_INVALID", ExitCode.CONFIGURATION)
    assert home.requests() == 0


@pytest.mark.rule("1.17", "AUTH_QBO_WRONG_COMPANY")
def test_a_sandbox_nights_links_are_not_trusted_by_another_environment(home: House, tmp_path: Path) -> None:
    """Realm, portal and environment are part of each link: the same data folder under another environment is BLOCKED."""
    home.customer("Eve Moneypenny", "eve@example.com")
    assert home.night().exit_code == ExitCode.DONE
    home.rules["limits"] = {"first_runs_ask": "off"}
    logins = home.data / "tokens"
    logins.rename(tmp_path / "tokens")  # the login would be refused first
    try:
        ended = home.night(
            environment="development", quickbooks_refresh_token=home.served.sandbox.quickbooks.office.connect()
        )
    finally:
        home.rules["limits"] = "off"
        shutil.rmtree(logins)
        (tmp_path / "tokens").rename(logins)
    assert (ended.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
    blocked = home.ask("SELECT DISTINCT code, sentence FROM record_states WHERE entity = 'connection'")
    assert [row["code"] for row in blocked] == ["AUTH_QBO_WRONG_COMPANY"]
    said = "This login opens the development environment, but the links were made with the sandbox environment."
    assert blocked[0]["sentence"] == said


@pytest.mark.rule("1.17", "AUTH_QBO_WRONG_COMPANY")
def test_another_portal_is_named_as_hubspots(home: House) -> None:
    """The same company with another HubSpot portal: BLOCKED, nothing is written, and both portals are named."""
    home.customer("Felix Leiter", "felix@example.com")
    assert home.night().exit_code == ExitCode.DONE
    account = home.served.sandbox.hubspot.crm.account
    before, account.portal_id = account.portal_id, 99
    try:
        ended = home.night()
    finally:
        account.portal_id = before
    assert (ended.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
    told = home.ask("SELECT label, sentence FROM record_states WHERE entity = 'connection'")
    said = f"This login opens HubSpot portal 99, but the links were made with HubSpot portal {before}."
    assert [(row["label"], row["sentence"]) for row in told] == [("hubspot *", said)]
    assert home.night().exit_code == ExitCode.DONE


@pytest.mark.rule("1.9", "E1")
def test_the_first_load_of_payments_waits_for_a_persons_word(tmp_path: Path) -> None:
    """Outside of the sandbox the first payments wait until somebody has said that workflows leave them alone; then they
    come, and carry `qbo_backfill` as everything of a first load does."""
    with house(tmp_path / "data", limits={"first_runs_ask": "off"}) as home:
        customer = home.customer("Ada Lovelace", "ada@example.com")
        item = home.person("quickbooks", "create", "Item", {"Name": "Lamp", "Sku": "L-1", "Type": "Service"})
        paper = {"CustomerRef": {"value": customer}, "DocNumber": "1001"}
        bill = home.person("quickbooks", "create", "Invoice", paper, lines=[{"item": item, "Qty": 1, "UnitPrice": 50}])
        home.person("quickbooks", "create", "Payment", CustomerRef=customer, TotalAmt=50, applies={bill: 50})
        home.night(Request(approve="auto"), environment="development")
        assert [one["properties"]["hs_number"] for one in home.live("hubspot", "invoices")] == ["1001"]
        assert home.live("hubspot", "commerce_payments") == []
        waiting = home.ask("SELECT code, sentence FROM record_states WHERE entity = 'payment'")
        assert [row["code"] for row in waiting] == ["OPS_AWAITING_APPROVAL"]
        assert "workflows_exclude_backfill" in waiting[0]["sentence"]
        home.rules["payments"] = {"workflows_exclude_backfill": True}
        home.night(Request(approve="auto"), environment="development")
        assert len(home.live("hubspot", "commerce_payments")) == 1
        assert {one["properties"]["qbo_backfill"] for one in home.live("hubspot", "contacts")} == {"first load"}


@pytest.mark.rule("A4", "A53", "H33")
def test_a_key_with_the_named_scopes_does_everything_on_the_smallest_plan(home: House) -> None:
    """A4: the permissions that the documents list are all that a night needs, custom mappings included, within the allowance of
    HubSpot's smallest plan."""
    home.rules["customers"] = {
        "hubspot_to_quickbooks_filter": "all",
        "custom_fields": [{"hubspot": "jobtitle", "quickbooks": "Notes"}],
    }
    wanted = {scope.name for scope in needed(Rules.model_validate(home.rules))}
    documented = (Path(hsqbo_pipeline.__file__).parents[1] / "docs" / "connecting.md").read_text(encoding="utf-8")
    named = {name.replace(".write", ".read") if name.startswith("crm.objects") else name for name in wanted}
    assert [name for name in sorted(named) if f"`{name}`" not in documented] == []
    sandbox = home.served.sandbox
    assert sandbox.switches.hs_per_10s == 100
    sandbox.hubspot.tokens.add(Token("pat-small", frozenset(wanted)))
    customer = home.customer("Free Plan", "free@example.com", Notes="call first")
    item = home.person(
        "quickbooks", "create", "Item", {"Name": "Lamp", "Sku": "L-1", "Type": "Service", "UnitPrice": 5}
    )
    sold = {"ItemRef": {"value": item}}
    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": sold}
    invoice = home.person(
        "quickbooks", "create", "Invoice", {"CustomerRef": {"value": customer}, "DocNumber": "F-1", "Line": [line]}
    )
    applied = {"Amount": 5, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}
    home.person(
        "quickbooks", "create", "Payment", {"CustomerRef": {"value": customer}, "TotalAmt": 5, "Line": [applied]}
    )
    home.contact("paid@example.com", firstname="Paid", lastname="Plan", jobtitle="Owner")
    assert home.night(hubspot_token="pat-small").exit_code == ExitCode.DONE
    assert sandbox.traffic["hubspot"].summary()["throttled"] == 0
    refused = [
        row
        for row in home.ask("SELECT record_key, code FROM record_states")
        if CODES[row["code"]].klass is not Class.SKIPPED
    ]
    assert refused == []
    (mirrored,) = [one for one in home.live("hubspot", "contacts") if one["properties"]["email"] == "free@example.com"]
    assert mirrored["properties"]["jobtitle"] == "call first"
    assert [one["Notes"] for one in home.live("quickbooks", "Customer") if one["DisplayName"] == "Paid Plan"] == [
        "Owner"
    ]
    assert [len(home.live("hubspot", name)) for name in ("products", "invoices", "commerce_payments")] == [1, 1, 1]
