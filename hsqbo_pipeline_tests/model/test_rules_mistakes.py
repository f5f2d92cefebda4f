"""Mistakes in sync.yaml: every one told at once, with file, line, field, value and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError, ExitCode
from hsqbo_pipeline.model.rules import load, parse

LEAST = "timezone: America/New_York\n"


def mistakes(text: str) -> ConfigurationError:
    """The error for these lines below the time zone (which is line 1)."""
    with pytest.raises(ConfigurationError) as caught:
        parse(LEAST + text, "rules/sync.yaml")
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    return caught.value


def told(text: str) -> list[tuple[int | None, str | None, str | None]]:
    """Line, field and value of each mistake."""
    return [(problem.line, problem.field, problem.value) for problem in mistakes(text).problems]


@pytest.mark.rule("A34", "A35")
def test_all_mistakes_are_told_at_once_with_their_lines() -> None:
    """Seven mistakes in five sections give seven lines, in the order of the file."""
    text = (
        "mode: fast\n"
        "customers:\n"
        "  directon: both\n"
        "  winner: me\n"
        "  fields:\n"
        "    fax: {}\n"
        "products: 7\n"
        "limits: {creates: -1}\n"
        "vendors: {direction: both}\n"
    )
    assert told(text) == [
        (2, "mode", "fast"),
        (4, "customers.directon", "both"),
        (5, "customers.winner", "me"),
        (7, "customers.fields.fax", "fax"),
        (8, "products", "7"),
        (9, "limits.creates", "-1"),
        (10, "vendors", None),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mode: fast\n", "rules/sync.yaml:2: mode: must be 'observe', 'ask' or 'automatic' (it says fast)"),
        ("customers: {directon: both}\n", "did you mean direction?"),
        ("tax: {vat: 20}\n", "allowed are hs_invoice_with_tax, us_untaxed_hs_invoice, map"),
        ("invoices: {clas: x}\n", "did you mean class?"),
        ("invoices: {require_class: maybe}\n", "must be true or false"),
        ("limits: {window_hours: 1.5}\n", "must be a whole number"),
        ("limits: {money_percent: much}\n", "must be a number"),
        ("closing: {treat_as_closed: never}\n", "must be a date such as 2025-12-31, previous_fiscal_year or off"),
        ("fees: {book: expense}\n", "must be 'off'"),
        ("start: soon\n", "start"),
        ("version: 2\n", "must be 1"),
    ],
)
def test_a_mistake_says_what_is_allowed(text: str, says: str) -> None:
    """The message names the place and what may stand there."""
    assert says in str(mistakes(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("customers: {match: {mode: fields}}\n", 2),
        ("customers:\n  match: {mode: fields, fields: [email, shoe_size]}\n", 3),
        ("customers:\n  match: {fields: [email]}\n", 3),
        ("customers:\n  display_name: {template: '{nick}'}\n", 3),
        ("customers:\n  display_name: {template: 'Customer'}\n", 3),
        ("products: {sku_required: false, match: {mode: none}}\n", 2),
        ("invoices:\n  hubspot_to_quickbooks_filter: all\n", 2),
        ("invoices:\n  service_date: property\n", 3),
        ("invoices:\n  class: {value: a, property: b}\n", 3),
        ("tax: {hs_invoice_with_tax: map}\n", 2),
        ("pauses:\n  - {object: invoice, who: a, why: b}\n", 3),
    ],
)
def test_rules_that_contradict_each_other_are_refused(text: str, line: int) -> None:
    """Two settings that cannot both hold are told together, on their section's line."""
    (problem,) = mistakes(text).problems
    assert problem.line == line


@pytest.mark.rule("A65")
@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("{property: a, operator: like, value: b}", "must be 'any_of'"),
        ("{property: a, operator: known, value: b}", "known takes no value"),
        ("{property: a, operator: equals}", "equals wants exactly one value"),
        ("{property: a, operator: any_of, values: []}", "any_of wants at least one value"),
        ("{property: a, operator: after, value: soon}", "wants a date"),
        ("{property: a, operator: less_than, value: few}", "wants a number"),
        ("{property: a, operator: equals, value: b, values: [c]}", "not both"),
        (
            "{object: Invoice, property: a, operator: known}",
            "Invoice is nothing that these records are associated with",
        ),
        ("{operator: known}", "property: is missing"),
    ],
)
def test_a_bad_condition_is_found(condition: str, says: str) -> None:
    """The line is that of the condition, in whichever group it stands."""
    text = (
        "customers:\n  hubspot_to_quickbooks_filter:\n"
        "    - - {property: email, operator: known}\n"
        f"    - - {condition}\n"
    )
    (problem,) = mistakes(text).problems
    assert says in str(problem)
    assert problem.line == (5 if "nothing that" not in says else 3)


def test_an_empty_filter_is_no_filter() -> None:
    """An empty list would keep everything out, which nobody means."""
    assert "write all" in str(mistakes("customers: {quickbooks_to_hubspot_filter: []}\n"))


@pytest.mark.rule("A61", "D20")
def test_a_fourth_custom_field_is_refused_with_its_code() -> None:
    """The limit of three is named when the rules are read, not when the first invoice fails."""
    error = mistakes("invoices:\n  custom_fields:\n    - {hubspot: po, quickbooks: CustomField.4}\n")
    assert error.code == "CFG_CUSTOM_FIELD_LIMIT"
    assert (error.line, error.value) == (4, "CustomField.4")
    assert "first three" in str(error)


@pytest.mark.rule("D18", "A54", "N12")
@pytest.mark.parametrize(
    "mapping",
    [
        "{hubspot: due, quickbooks: Balance}",
        "{hubspot: nick, quickbooks: DisplayName, direction: hubspot_to_quickbooks}",
        "{hubspot: kind, quickbooks: IncomeAccountRef.value}",
        "{hubspot: qbo_id, quickbooks: Notes, direction: quickbooks_to_hubspot}",
    ],
)
def test_a_mapping_never_writes_what_belongs_to_one_system(mapping: str) -> None:
    """Computed fields, names, accounts and our own marks are refused as targets, with the direction that works."""
    error = mistakes(f"customers:\n  custom_fields: [{mapping}]\n")
    assert error.code == "CFG_FIELD_READ_ONLY"
    assert "use direction" in str(error)


@pytest.mark.rule("A54")
def test_such_a_field_may_be_read() -> None:
    """Turned around, the same mapping is fine."""
    text = "customers:\n  custom_fields: [{hubspot: due, quickbooks: Balance, direction: quickbooks_to_hubspot}]\n"
    assert parse(LEAST + text).customers.custom_fields[0].hubspot == "due"


@pytest.mark.rule("A54")
def test_a_field_is_mapped_once() -> None:
    """Two mappings that feed one field would fight every night."""
    text = "products:\n  custom_fields: [{hubspot: a, quickbooks: Notes}, {hubspot: b, quickbooks: Notes}]\n"
    assert "Notes is mapped twice" in str(mistakes(text))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("customers: [1\nx: 2\n", 3, "is not valid YAML"),
        ("mode: ask\nmode: observe\n", 3, "stands here twice (first on line 2)"),
        ("x: &a [*a]\n", 2, "nested too deeply"),
        ("\tmode: ask\n", 2, "is not valid YAML"),
    ],
)
def test_broken_yaml_is_told_with_its_line(text: str, line: int, says: str) -> None:
    """A slip of the keyboard is named by line before anything else is judged."""
    error = mistakes(text)
    assert error.line == line
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "timezone: is missing"),
        ("timezone:\n", "sync.yaml:1: timezone: is missing"),
        ("timezone: America/New_Yrok\n", "did you mean America/New_York"),
        ("timezone: ../../etc/passwd\n", "no such time zone"),
        ("- a\n", "must be a list of `key: value` lines"),
    ],
)
def test_a_time_zone_is_needed(text: str, says: str) -> None:
    """A file without a known time zone says nothing about days and is refused."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert says in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """The message names the file, the command that writes it and the variable that points to it."""
    path = tmp_path / "sync.yaml"
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert caught.value.file == str(path)
    assert "hsqbo init" in str(caught.value)
    assert "HSQBO_RULES" in str(caught.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A spreadsheet saved under that name, or a folder, is a message and no traceback."""
    path = tmp_path / "sync.yaml"
    path.write_bytes(b"timezone: \xff\xfe")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path)


def test_a_long_value_is_cut_in_the_message() -> None:
    """A pasted page does not drown the message."""
    assert len(str(mistakes(f"mode: {'x' * 500}\n"))) < 250
