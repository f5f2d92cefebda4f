"""The rules of a connection: defaults, spellings, what a filter means, and when records are looked at again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import (
    Closing,
    Mode,
    Operator,
    Rules,
    Winner,
    fiscal_year_start,
    json_schema,
    load,
    parse,
)

ROOT = Path(__file__).parents[2]
LEAST = "timezone: America/New_York\n"


def with_rules(text: str) -> Rules:
    """Rules with these lines below the time zone."""
    return parse(LEAST + text)


@pytest.mark.rule("A34")
def test_the_committed_rules_are_the_defaults() -> None:
    """data/sync.yaml says nothing but the defaults, beside the time zone and an early start."""
    committed = load(ROOT / "data/sync.yaml")
    assert committed == Rules(timezone="America/New_York", start=datetime(2020, 1, 1))  # noqa: DTZ001 - as in the file


@pytest.mark.rule("A34")
def test_every_key_is_explained_in_the_committed_rules() -> None:
    """Whatever can be said stands in data/sync.yaml, if only as a comment."""
    text = (ROOT / "data/sync.yaml").read_text(encoding="utf-8")
    schema = json_schema()
    parts = [schema, *(form for part in schema["$defs"].values() for form in part.get("anyOf", [part]))]
    keys = {key for part in parts for key in part.get("properties", {})}
    assert {key for key in keys if f"{key}:" not in text} == {"rule"}  # service_date is written without it


@pytest.mark.rule("A62", "A68")
def test_the_recommended_filter_is_written_out_truly() -> None:
    """What the comment in data/sync.yaml calls the recommended filter is the recommended filter."""
    text = (ROOT / "data/sync.yaml").read_text(encoding="utf-8")
    comment = text.partition("Written out:\n")[2].partition("  hubspot_to_quickbooks_filter")[0]
    said = comment.replace("  #   ", "    ")
    written = with_rules(f"start: 2026-11-23\ncustomers:\n  hubspot_to_quickbooks_filter:\n{said}")
    meant = with_rules("start: 2026-11-23\ncustomers: {hubspot_to_quickbooks_filter: recommended}\n")
    customer, hubspot = Entity.CUSTOMER, System.HUBSPOT
    assert written.filter_groups(customer, hubspot) == meant.filter_groups(customer, hubspot) != ()


SHORT_FORMS = """
start: "2026-11-23T00:00:00"
limits: false
red_above: "off"
fees: {book: false}
customers: {hubspot_to_quickbooks_filter: [{property: email, operator: known}]}
invoices: {class: 4, location: {property: branch}, service_date: month_start, direction: false}
payments: {deposit_to: 35}
tax: {map: {"1": 7}}
closing: {treat_as_closed: "2025-12-31"}
"""


def test_an_editor_accepts_what_the_program_accepts() -> None:
    """The committed rules and every short form pass the schema; a misspelt key does not."""
    validator = Draft202012Validator(json_schema())
    read = YAML(typ="safe", pure=True)
    committed = read.load((ROOT / "data/sync.yaml").read_text(encoding="utf-8"))
    committed["start"] = committed["start"].isoformat()
    short = read.load(LEAST + SHORT_FORMS)
    assert [error.message for error in validator.iter_errors(committed)] == []
    assert [error.message for error in validator.iter_errors(short)] == []
    assert parse(LEAST + SHORT_FORMS).invoices.targets == frozenset()
    assert [error.message for error in validator.iter_errors({**short, "custmers": {}})] != []


def test_the_schema_for_editors_is_current() -> None:
    """docs/sync.schema.json is what the models say."""
    committed = json.loads((ROOT / "docs/sync.schema.json").read_text(encoding="utf-8"))
    assert committed == json_schema(), "write json_schema() to docs/sync.schema.json"


@pytest.mark.rule("A25", "A36", "A70", "A71")
def test_the_default_directions() -> None:
    """Customers flow both ways; products, invoices and payments come from QuickBooks."""
    rules = with_rules("")
    assert {entity: rules.of(entity).targets for entity in Entity} == {
        Entity.CUSTOMER: {System.HUBSPOT, System.QUICKBOOKS},
        Entity.PRODUCT: {System.HUBSPOT},
        Entity.INVOICE: {System.HUBSPOT},
        Entity.PAYMENT: {System.HUBSPOT},
    }
    assert rules.customers.winner is Winner.QUICKBOOKS
    assert rules.first_link == "fill_blanks"


@pytest.mark.rule("A36", "A92", "A93")
@pytest.mark.parametrize(
    "said", ["direction: off", "direction: 'off'", "direction: false", "enabled: false", "enabled: off"]
)
def test_off_may_be_written_in_any_way(said: str) -> None:
    """An object that is off is written nowhere, however YAML reads the word."""
    rules = with_rules(f"invoices: {{{said}}}\n")
    assert rules.invoices.targets == frozenset()
    assert not rules.invoices.writes_to(System.HUBSPOT)


def test_yaml_1_1_reads_the_same_rules() -> None:
    """A file that asks for the older YAML, where off is false, means the same."""
    old = parse(
        f"%YAML 1.1\n---\n{LEAST}invoices: {{direction: off}}\nfees: {{book: off}}\nlimits: off\nred_above: off\n"
    )
    assert old == with_rules("invoices: {direction: off}\nfees: {book: off}\nlimits: off\nred_above: off\n")


def test_a_section_with_everything_commented_out_is_the_default() -> None:
    """A key with nothing behind it says nothing."""
    assert with_rules("customers:\ninvoices:\n  class:\n") == with_rules("")


@pytest.mark.rule("A62", "A70")
def test_the_start_is_a_moment_of_the_company() -> None:
    """Without an offset the start is on the company's clock; a bare date is its midnight."""
    assert with_rules("start: 2026-11-23T00:00:00\n").start_utc == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert with_rules("start: 2026-11-23\n").start_utc == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert with_rules("start: 2026-11-23T12:00:00+01:00\n").start_utc == datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.mark.rule("A62")
def test_the_first_run_freezes_the_start() -> None:
    """A start that nobody wrote is given once; one that stands in the file is never moved."""
    moment = datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert with_rules("").start_utc is None
    assert with_rules("").started(moment).start_utc == moment
    assert with_rules("start: 2020-01-01\n").started(moment) == with_rules("start: 2020-01-01\n")


@pytest.mark.parametrize(
    ("said", "environment", "mode"),
    [
        ("", "sandbox", Mode.AUTOMATIC),
        ("", "development", Mode.OBSERVE),
        ("", "production", Mode.OBSERVE),
        ("mode: ask\n", "sandbox", Mode.ASK),
        ("mode: automatic\n", "production", Mode.AUTOMATIC),
    ],
)
def test_a_real_account_is_only_observed_until_someone_says_more(said: str, environment: str, mode: Mode) -> None:
    """Without a word the sandbox goes ahead and real accounts are looked at only."""
    assert with_rules(said).mode_in(environment) is mode


@pytest.mark.rule("A63", "A68")
def test_the_recommended_filter_of_contacts() -> None:
    """A contact becomes a customer by an invoice that was finalised, made after the start, made and billed in HubSpot."""
    groups = with_rules("start: 2026-11-23\n").filter_groups(Entity.CUSTOMER, System.HUBSPOT)
    assert [[str(condition) for condition in group] for group in groups] == [
        [
            "invoices.hs_invoice_status is none of draft",
            "invoices.hs_createdate is after 2026-11-23T05:00:00+00:00",
            "invoices.hs_invoice_source is any of HubSpot",
            "invoices.hs_invoice_billable is none of false",
        ]
    ]


@pytest.mark.rule("A68", "A69")
def test_all_and_the_other_directions_have_no_conditions() -> None:
    """`all` lets every contact through, and nothing from QuickBooks has a condition by default."""
    rules = with_rules("customers: {hubspot_to_quickbooks_filter: all}\n")
    assert rules.filter_groups(Entity.CUSTOMER, System.HUBSPOT) == ()
    for entity in Entity:
        assert rules.filter_groups(entity, System.QUICKBOOKS) == ()


def test_without_a_start_its_condition_falls_away() -> None:
    """Until the first run has frozen a start, a condition on it cannot keep anything out."""
    groups = with_rules("").filter_groups(Entity.CUSTOMER, System.HUBSPOT)
    assert [condition.operator for condition in groups[0]] == [Operator.NONE_OF, Operator.ANY_OF, Operator.NONE_OF]


@pytest.mark.rule("A65")
def test_a_filter_may_be_written_short_or_long() -> None:
    """One group needs no inner list, one value needs no list, numbers and dates become text."""
    long = with_rules(
        "customers:\n  quickbooks_to_hubspot_filter:\n"
        "    - - {property: Balance, operator: greater_than, values: ['100']}\n"
        "      - {property: Active, operator: equals, values: ['true']}\n"
    )
    short = with_rules(
        "customers:\n  quickbooks_to_hubspot_filter:\n"
        "    - {property: Balance, operator: greater_than, value: 100}\n"
        "    - {property: Active, operator: equals, value: true}\n"
    )
    assert long == short
    assert long.filter_groups(Entity.CUSTOMER, System.QUICKBOOKS)[0][0].values == ("100",)


@pytest.mark.rule("A64")
def test_the_outgoing_invoice_filter_can_be_opened() -> None:
    """With the switch that says so, conditions can be put on what leaves HubSpot."""
    rules = with_rules(
        "invoices:\n  unsafe_outgoing_filter: true\n  hubspot_to_quickbooks_filter:\n"
        "  - {object: deals, property: pipeline, operator: any_of, values: [default]}\n"
    )
    assert str(rules.filter_groups(Entity.INVOICE, System.HUBSPOT)[0][0]) == "deals.pipeline is any of default"


@pytest.mark.rule("N1", "H8")
def test_payments_may_go_to_one_account_or_one_per_processor() -> None:
    """An account is an id or a name; a processor without its own uses the default; nothing said is nothing chosen."""
    one = with_rules("payments: {deposit_to: 35}\n").payments
    each = with_rules("payments: {deposit_to: {default: '35', byo_stripe: Stripe Clearing}}\n").payments
    assert one.deposit_account("byo_stripe") == one.deposit_account(None) == "35"
    assert each.deposit_account("byo_stripe") == "Stripe Clearing"
    assert each.deposit_account("hs_payments") == "35"
    assert with_rules("").payments.deposit_account("hs_payments") is None


@pytest.mark.rule("H27", "A16")
def test_values_that_hubspot_has_no_field_for() -> None:
    """Class, location and service date are a constant or read from a property."""
    invoices = with_rules(
        "invoices:\n  class: 4\n  location: {property: branch, object: deals}\n  service_date: {property: served_on}\n"
    ).invoices
    assert invoices.class_ is not None
    assert invoices.location is not None
    assert (invoices.class_.value, invoices.class_.property) == ("4", None)
    assert (invoices.location.property, invoices.location.object) == ("branch", "deals")
    assert (invoices.service_date.rule, invoices.service_date.object) == ("property", "line_items")
    assert with_rules("invoices: {service_date: month_start}\n").invoices.service_date.rule == "month_start"


@pytest.mark.rule("H32")
def test_the_limits() -> None:
    """The numbers are those agreed on; each may be off, and so may all."""
    limits = with_rules("").limits
    assert (limits.first_runs_ask, limits.creates, limits.window_hours) == (3, 25, 24)
    assert (limits.linked_percent, limits.money_percent) == (Decimal(5), Decimal(10))
    assert {limits.voids, limits.earlier_month, limits.customer_name} == {"ask"}
    assert with_rules("limits: off\n").limits.enabled is False
    some = with_rules("limits: {creates: off, money_percent: 2.5}\n").limits
    assert (some.creates, some.money_percent, some.enabled) == (None, Decimal("2.5"), True)


@pytest.mark.rule("H32")
@pytest.mark.parametrize("environment", ["development", "production"])
def test_all_limits_off_is_for_the_sandbox(environment: str) -> None:
    """Against real accounts a file without any limit is refused; one limit off is a person's own choice."""
    with pytest.raises(ConfigurationError, match="sandbox only"):
        with_rules("limits: off\n").check_allowed_in(environment)
    with_rules("limits: off\n").check_allowed_in("sandbox")
    with_rules("limits: {creates: off}\n").check_allowed_in(environment)


@pytest.mark.rule("A19", "H18")
@pytest.mark.parametrize(
    ("rule", "company", "expected"),
    [
        ("previous_fiscal_year", None, date(2025, 3, 31)),
        ("previous_fiscal_year", date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 6, 30), None, date(2026, 6, 30)),
        ("off", None, None),
        ("off", date(2026, 9, 30), date(2026, 9, 30)),
    ],
)
def test_what_counts_as_closed(rule: date | str, company: date | None, expected: date | None) -> None:
    """The company's own closing date always counts; without one, everything before the previous fiscal year."""
    closing = Closing.model_validate({"treat_as_closed": rule})
    assert closing.last_closed_day(company, date(2026, 11, 24), fiscal_start_month=4) == expected


@pytest.mark.parametrize(
    ("day", "month", "start"),
    [
        (date(2026, 3, 31), 4, date(2025, 4, 1)),
        (date(2026, 4, 1), 4, date(2026, 4, 1)),
        (date(2026, 12, 31), 1, date(2026, 1, 1)),
    ],
)
def test_a_fiscal_year_begins_in_its_month(day: date, month: int, start: date) -> None:
    """The day before the first month still belongs to the year before."""
    assert fiscal_year_start(day, month) == start


CHANGES: list[tuple[str, set[Entity]]] = [
    ("mode: ask\nlimits: off\nred_above: 5\nreconciliation: {explained_growth_percent: off}\n", set()),
    ("customers: {display_name_clash: link}\n", {Entity.CUSTOMER, Entity.INVOICE}),
    ("products: {sku_required: false}\n", {Entity.PRODUCT, Entity.INVOICE}),
    ("tax: {hs_invoice_with_tax: map, map: {1: '2'}}\n", {Entity.INVOICE}),
    ("payments: {deposit_to: 35}\n", {Entity.PAYMENT}),
    ("start: 2020-01-01\n", set(Entity)),
    ("pauses: [{object: product, hubspot: '1', who: a, why: b}]\n", {Entity.PRODUCT}),
]


@pytest.mark.rule("N17", "A60")
@pytest.mark.parametrize(("text", "concerned"), CHANGES)
def test_a_changed_rule_brings_back_the_records_it_concerns(text: str, concerned: set[Entity]) -> None:
    """An entity's fingerprint moves with its rules and its parents', not with when or how much is written."""
    before, after = with_rules(""), with_rules(text)
    assert {entity for entity in Entity if before.fingerprint(entity) != after.fingerprint(entity)} == concerned
    assert before.fingerprint() != after.fingerprint()


def test_a_fingerprint_does_not_depend_on_the_spelling() -> None:
    """The same rules in another order, with or without the defaults, have the same fingerprint."""
    one = parse("products: {direction: quickbooks_to_hubspot}\nstart: 2026-01-01\ntimezone: America/New_York\n")
    other = parse("timezone: America/New_York\nstart: 2026-01-01T00:00:00\ncustomers: {direction: both}\n")
    assert {entity: one.fingerprint(entity) for entity in Entity} == {e: other.fingerprint(e) for e in Entity}


@pytest.mark.parametrize(
    "change", [lambda rules: setattr(rules, "mode", None), lambda rules: setattr(rules.tax, "map", {})]
)
def test_rules_do_not_change_under_way(change: Callable[[Rules], None]) -> None:
    """Nobody can turn a rule in the middle of a run."""
    with pytest.raises(ValueError, match="frozen"):
        change(with_rules(""))


def test_the_zone_is_ready_to_use() -> None:
    """The time zone's name becomes the zone itself."""
    assert with_rules("").zone == ZoneInfo("America/New_York")
