"""The examination: what it finds, and that it writes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.tokens import Tokens, seed_of
from hsqbo_pipeline.core.decisions import Company
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model import findings
from hsqbo_pipeline.model.codes import CODES
from hsqbo_pipeline.model.findings import Finding, Weight
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import logins
from hsqbo_pipeline.runs.doctor import Examination, company, doctor
from hsqbo_pipeline.sandbox.frame.server import SandboxConfig
from hsqbo_pipeline.settings import SANDBOX_REALM
from hsqbo_pipeline_tests.core.ledger_company import COMPANY, situation
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic

BOTH = {name: {"direction": "both"} for name in ("customers", "products", "invoices", "payments")}
TROUBLED = {
    "CompanyInfo": {"NameValue": [{"Name": "SubscriptionStatus", "Value": "EXPIRED"}]},
    "Preferences": {
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True, "AutoApplyCredit": True,
            "CustomField": [{"CustomField": [
                {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True},
                {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "PO"},
            ]}],
        },
        "ProductAndServicesPrefs": {"RevenueRecognition": True},
        "TaxPrefs": {"UsingSalesTax": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": True},
        "AccountingInfoPrefs": {"ClassTrackingPerTxn": True, "TrackDepartments": True},
    },
}  # fmt: skip


def examine(home: House, **settings: Any) -> Examination:
    """An examination, and the proof that it wrote nothing."""
    clear_traffic(home)
    found = doctor(home.settings_with(**settings), Rules.model_validate(home.rules))
    assert home.writes() == NOTHING
    return found


def named(found: Examination | list[Finding]) -> dict[str, Finding]:
    return {one.name: one for one in (found if isinstance(found, list) else found.findings)}


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A company with every setting that matters switched on, and records that are in each other's way."""
    config = SandboxConfig(company=TROUBLED)
    with house(tmp_path_factory.mktemp("troubled") / "data", config, **BOTH) as home:
        home.customer("Ada Lovelace", "office@example.com")
        first = home.customer("Bob Ray", "office@example.com")
        home.contact("ada@example.org", firstname="Ada", lastname="Lovelace")
        for name, sku in (("Lamp", "L-1"), ("Lantern", "l-1"), ("Nameless", "")):
            home.person("hubspot", "create", "products", {"name": name, "hs_sku": sku})
        item = home.person("quickbooks", "create", "Item", {"Name": "Oil", "Sku": "O-1", "Type": "Service"})
        for entity in ("Invoice", "CreditMemo"):
            paper = {"CustomerRef": {"value": first}, "DocNumber": "INV-7"}
            home.person("quickbooks", "create", entity, paper, lines=[{"item": item, "Qty": 1, "UnitPrice": 5}])
        yield home


@pytest.fixture(scope="module")
def examined(troubled: House) -> dict[str, Finding]:
    """What is found in the troubled company with a key that may only read."""
    found = examine(troubled, hubspot_token=SecretStr("pat-readonly"))
    assert found.exit_code == ExitCode.LOGIN
    return named(found)


@pytest.mark.rule("A18", "A30", "H31", "AUTH_QBO_SUBSCRIPTION", "D3", "1.6", "1.10", "1.11", "1.16", "1.24")
def test_every_trouble_of_a_company_is_found_by_reading_alone(examined: dict[str, Finding]) -> None:
    """One examination with read-only permissions names them all, and sends not one writing request."""
    assert {one.name: one.weight.value for one in examined.values()} == {
        "subscription": "stops", "scope_write": "fails", "account_missing": "fails", "tax_policy": "fails",
        "revenue_recognition": "fails", "sku_doubled": "fails", "email_shared": "fails", "name_taken": "fails",
        "numbers_on": "look", "closing_absent": "look", "auto_credit": "look", "dimension": "look", "no_sku": "look",
        "number_doubled": "look", "workflows": "look", "field_settings": "note", "multi_currency": "note",
        "property_absent": "note", "daily_allowance": "note", "monthly_allowance": "note",
    }  # fmt: skip


def test_each_finding_has_a_code_a_consequence_and_a_fix(examined: dict[str, Finding]) -> None:
    """No finding leaves one alone with it, and none shows an e-mail address in full."""
    for one in examined.values():
        assert one.code in CODES
        assert all(text.endswith(".") for text in (one.sentence, one.consequence, one.fix)), one
        assert "office@" not in one.sentence


def test_records_in_each_others_way_are_counted_and_named(examined: dict[str, Finding]) -> None:
    """Missing and doubled SKUs, shared addresses, a taken name, and one number on an invoice and a credit memo (A18)."""
    said = {name: examined[name].sentence for name in ("no_sku", "sku_doubled", "email_shared", "name_taken")}
    assert said == {
        "no_sku": "Products of HubSpot without a SKU: 1, such as Nameless.",
        "sku_doubled": "Products of HubSpot that share their SKU: 2, such as l-1.",
        "email_shared": "Customers of QuickBooks that share their e-mail address: 2, such as o…@example.com.",
        "name_taken": "Contacts that would be called what somebody else in QuickBooks is called already: 1, such as "
        "Ada Lovelace (customer 1).",
    }
    assert "inv-7 (credit memo" in examined["number_doubled"].sentence


@pytest.mark.rule("1.24", "A58", "A59", "CFG_CUSTOM_FIELD_NOT_VISIBLE", "D21")
def test_what_rest_does_not_show_of_a_custom_field_is_one_thing_to_check(examined: dict[str, Finding]) -> None:
    """The fields that can be mapped are named; type, category, print and forms are told as four settings to look at."""
    one = examined["field_settings"]
    assert "CustomField.1 (PO)" in one.sentence
    for setting in ("Text and number", "Transaction", "print", "all sales forms"):
        assert setting in one.fix


@pytest.mark.rule("A58", "A59", "CFG_FIELD_CATEGORY", "CFG_CUSTOM_FIELD_NOT_VISIBLE")
def test_mapped_custom_fields_must_be_on_sales_forms(troubled: House) -> None:
    """A field of customers is of another category, one that is not printed on all forms does not show: both stand still."""
    mine = dict(troubled.rules)
    lifecycle = {"hubspot": "lifecyclestage", "quickbooks": "CustomField.1", "direction": "hubspot_to_quickbooks"}
    comment = {"hubspot": "hs_comments", "quickbooks": "CustomField.2", "direction": "hubspot_to_quickbooks"}
    troubled.rules |= {
        "customers": {"direction": "both", "custom_fields": [lifecycle]},
        "invoices": {"direction": "both", "custom_fields": [comment]},
    }
    try:
        mapped = [one for one in examine(troubled).findings if one.name == "mapped_field"]
    finally:
        troubled.rules = mine
    assert {(one.code, one.weight, one.consequence.split()[1]) for one in mapped} == {
        ("CFG_FIELD_CATEGORY", Weight.STOPS, "customers"),
        ("CFG_CUSTOM_FIELD_NOT_VISIBLE", Weight.STOPS, "invoices"),
    }


@pytest.mark.rule("RATE_HS_DAILY", "D10")
def test_an_allowance_that_will_not_do_is_told_with_the_need(troubled: House) -> None:
    """What HubSpot says is left of the day is held against what the next run will ask."""
    switches = troubled.served.sandbox.switches
    examine(troubled)
    one = troubled.served.sandbox.traffic["hubspot"].summary()["total"]
    assert isinstance(one, int)
    used = 250_000 - examine_left(troubled)
    switches.change({"hs_per_day": used + one + 5})
    try:
        short = named(examine(troubled))["daily_short"]
    finally:
        switches.change({"hs_per_day": 250_000})
    assert short.weight is Weight.FAILS
    assert "the next run needs about" in short.sentence


def examine_left(home: House) -> int:
    """How much of the day is left, by HubSpot's own header."""
    url = f"{home.served.hubspot_url}/account-info/2026-09/details"
    answer = httpx.get(url, headers={"Authorization": "Bearer pat-sandbox"})
    return int(answer.headers["X-HubSpot-RateLimit-Daily-Remaining"])


@pytest.mark.rule("AUTH_QBO_EXPIRED", "AUTH_HS_EXPIRED", "D1", "D5")
def test_a_dead_login_is_one_finding_and_exit_code_5(troubled: House, tmp_path: Path) -> None:
    """However many objects a login keeps from being read, it is told once; nothing is concluded from their absence."""
    found = examine(
        House(troubled.served, tmp_path, troubled.rules), hubspot_token=SecretStr("pat-na1-dead"),
        quickbooks_refresh_token=SecretStr("dead"),
    )  # fmt: skip
    reads = [(one.code, one.weight) for one in found.findings if one.name == "read_failed"]
    assert sorted(reads) == [("AUTH_HS_EXPIRED", Weight.STOPS), ("AUTH_QBO_EXPIRED", Weight.STOPS)]
    assert found.exit_code == ExitCode.LOGIN
    assert {"numbers_off", "closing_absent", "account_missing", "scope_read"}.isdisjoint(named(found))


@pytest.mark.rule("OPS_OTHER_SYNC_ACTIVE", "1.1", "1.29")
def test_another_sync_at_work_and_a_moved_zone_stop_every_run(tmp_path: Path) -> None:
    """What another sync makes after the start is found, as is a zone that differs from the one a first run fixed; and
    properties of our names that are not ours: of another type, or with values that are not unique. A login that ends soon
    stands in a run's report and makes it no redder."""
    with house(tmp_path / "data") as home:
        logins.store(home.settings, System.QUICKBOOKS).save(ending_login(datetime.now(UTC)))
        assert home.night().exit_code == ExitCode.DONE
        assert home.states()["connection:quickbooks:login"] == "AUTH_ENDS_SOON"
        other = {"hs_object_source": "INTEGRATIONS_SYNC", "hs_object_source_detail_1": "Google Contacts"}
        home.person("hubspot", "create", "products", {"name": "Cap", **other})
        assert home.night().exit_code == ExitCode.DONE  # a sync with somebody else than QuickBooks is none of ours
        synced = {**other, "hs_object_source_detail_1": "QuickBooks Online"}
        home.person("hubspot", "create", "contacts", {"email": "hat@example.com", **synced})
        headers = {"Authorization": "Bearer pat-sandbox"}
        for kind, name, of in (("products", "qbo_backfill", "number"), ("contacts", "qbo_id", "string")):
            field = "number" if of == "number" else "text"
            made = {"name": name, "label": name, "type": of, "fieldType": field, "groupName": f"{kind[:-1]}information"}
            answer = httpx.post(f"{home.served.hubspot_url}/crm/properties/2026-09/{kind}", json=made, headers=headers)
            assert answer.status_code == 201, answer.text
        home.served.sandbox.clock.advance(3600)  # search lags behind what was just made
        home.rules["timezone"] = "Europe/Oslo"
        found = named(examine(home))
        assert {name for name, one in found.items() if one.weight is Weight.STOPS} == {
            "other_sync",
            "zone_moved",
            "property_type",
        }
        assert "contacts.qbo_id" in found["property_plain"].sentence
        home.rules["timezone"] = "America/New_York"
        assert home.night().exit_code == ExitCode.RED
        assert home.ask("SELECT count(*) AS n FROM runs WHERE ended_at IS NULL")[0]["n"] == 0


def ending_login(now: datetime) -> Tokens:
    """A stored login that works for now, and that Intuit ends for good in 59 days."""
    return Tokens(
        SecretStr("sandbox-access"), SecretStr("r"), SANDBOX_REALM, "sandbox", now, now + timedelta(hours=1),
        now + timedelta(days=99), now + timedelta(days=59), seed_of("sandbox-refresh"),
    )  # fmt: skip


def of_company(company_: Company, **sections: Any) -> dict[str, Finding]:
    return named(company.findings(situation(company_, **sections)))


@pytest.mark.rule("1.8", "A15")
@pytest.mark.parametrize("country", ["US", "CA", "NO"])
def test_tax_is_decided_by_use_not_by_country(country: str) -> None:
    """With sales tax off nothing is wanted anywhere; with it on, what is wanted is said in the words of that country."""
    unsaid: dict[str, Any] = {"tax": {"us_untaxed_hs_invoice": None}}
    off = replace(COMPANY, country=country, uses_sales_tax=False)
    assert {"tax_policy", "tax_rejected"}.isdisjoint(of_company(off, **unsaid))
    on = replace(off, uses_sales_tax=True)
    wanted = "tax_policy" if country == "US" else "tax_rejected"
    assert {"tax_policy", "tax_rejected"} & set(of_company(on, **unsaid)) == {wanted}


@pytest.mark.rule("1.10", "A18", "INV_NUMBERING_SETTING", "D57")
@pytest.mark.parametrize("setting", ["on", "off"])
def test_both_sides_of_the_advice_on_numbers_are_told(setting: str) -> None:
    """Whichever way the setting stands, HubSpot's reason and Intuit's are both in the finding."""
    one = of_company(replace(COMPANY, custom_numbers=setting == "on"))[f"numbers_{setting}"]
    assert one.code == "INV_NUMBERING_SETTING"
    assert one.weight is (Weight.LOOK if setting == "on" else Weight.NOTE)
    told = f"{one.consequence} {one.fix}"
    assert "HubSpot" in told
    assert "Intuit" in told


@pytest.mark.rule("1.11", "A19")
def test_a_missing_closing_date_is_told_with_what_holds_without_one() -> None:
    """The day until which books count as closed is named; where nothing does, that is said; a date of theirs is no finding."""
    known = situation(replace(COMPANY, closed_until=date(2024, 12, 31)))
    assert "2024-12-31" in named(company.findings(known))["closing_absent"].consequence
    assert "closing_off" in of_company(COMPANY)
    said = replace(known, closing_said=True)
    assert not {"closing_absent", "closing_off"} & set(named(company.findings(said)))


@pytest.mark.rule("1.6", "INV_SERVICE_DATE_REQUIRED")
def test_revenue_recognition_wants_service_dates() -> None:
    """Read from the preferences: without a rule for service dates it fails invoices, with one it is a note."""
    on = replace(COMPANY, revenue_recognition=True)
    assert of_company(on)["revenue_recognition"].weight is Weight.FAILS
    assert of_company(on, invoices={"service_date": "invoice_date"})["revenue_dated"].weight is Weight.NOTE
    assert not {"revenue_recognition", "revenue_dated"} & set(of_company(COMPANY))


@pytest.mark.rule("CUR_HOME_UNKNOWN", "D74", "CUR_MISMATCH")
def test_currencies_of_both_sides_are_held_against_each_other() -> None:
    """An unknown home currency stops; one that the portal lacks keeps its invoices out of HubSpot."""
    assert of_company(replace(COMPANY, home_currency=None))["home_currency_unknown"].weight is Weight.STOPS
    assert "NOK; the portal has USD" in of_company(replace(COMPANY, home_currency="NOK"))["currency_absent"].sentence


@pytest.mark.rule("AUTH_ENDS_SOON", "A32")
def test_a_login_that_ends_soon_is_told_in_time(troubled: House, tmp_path: Path) -> None:
    """The end for good is told 60 days before, an unused login 30 days before; with a run as with the examination."""
    home, now = House(troubled.served, tmp_path, troubled.rules), datetime.now(UTC)
    stored, token = logins.store(home.settings, System.QUICKBOOKS), ending_login(now)
    stored.save(token)
    found = named(examine(home))["login_ends"]
    assert (found.code, found.weight) == ("AUTH_ENDS_SOON", Weight.LOOK)
    assert str((now + timedelta(days=59)).date()) in found.sentence
    assert "hsqbo connect quickbooks" in found.fix
    for hard, rolling, expected in ((61, 31, []), (61, 29, [True]), (59, 29, [False])):
        stored.save(replace(token, hard_expires_at=now + timedelta(hard), refresh_expires_at=now + timedelta(rolling)))
        assert [end.renewable for end in logins.ends_soon(home.settings, now)] == expected


def test_the_table_of_findings_is_whole() -> None:
    """Every kind has a weight, a known code unless it differs from case to case, and a consequence."""
    for name in findings.names():
        row = findings._table()[name]
        assert row["severity"] in set(Weight)
        assert row["consequence"]
        assert row["code"] in CODES or (not row["code"] and not row["sentence"])


def test_the_command_tells_people_and_machines(
    troubled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`hsqbo doctor --json` gives machines what people read; the process ends with the exit code of what was found."""
    from hsqbo_pipeline.cli.app import run

    rules = tmp_path / "sync.yaml"
    rules.write_text(json.dumps(troubled.rules), encoding="utf-8")
    told = {"RULES": rules, "DATA": troubled.data, "HUBSPOT_BASE_URL": troubled.served.hubspot_url}
    told |= {"QUICKBOOKS_BASE_URL": troubled.served.quickbooks_url}
    for name, value in told.items():
        monkeypatch.setenv(f"HSQBO_{name}", str(value))
    monkeypatch.setattr(sys, "argv", ["hsqbo", "doctor", "--json"])
    with pytest.raises(SystemExit) as ended:
        run()
    said = json.loads(capfd.readouterr().out)
    assert (ended.value.code, said["exit_code"]) == (ExitCode.LOGIN, ExitCode.LOGIN)
    assert said["facts"]["mode"] == "automatic"
    assert {"name", "weight", "code", "sentence", "consequence", "fix"} == set(said["findings"][0])
