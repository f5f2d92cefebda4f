"""The runner plays its grammar, and nothing that is not so passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.scenarios.play import play
from hsqbo_pipeline.scenarios.reading import Scenario, read
from hsqbo_pipeline.scenarios.stage import Stage, stage
from hsqbo_pipeline.scenarios.steps import do

FILE = Path(__file__).parent / "shop.yaml"
CUSTOMERS = [
    {"object": "customer", "ref": "@c_x", "code": "ID_EMAIL_SHARED"},
    {"object": "customer", "ref": "@c_y", "code": "ID_EMAIL_SHARED"},
]
PAYMENT = {"object": "payment", "ref": "@p1", "code": "PAY_UNAPPLIED"}
WRONG: dict[str, tuple[Mapping[str, Any], str]] = {
    "a total": ({"quickbooks": {"totals": {"Invoice": 3}}}, "2 Invoice, expected 3"),
    "a kind nobody has": ({"hubspot": {"totals": {"deals": 1}}}, "0 deals, expected 1"),
    "a value": (
        {"quickbooks": {"rows": [{"ref": "@i1", "has": {"TotalAmt": 75.01}}]}},
        "TotalAmt is 75.00, expected 75.01",
    ),
    "a value that should be absent": (
        {"quickbooks": {"rows": [{"ref": "@i1", "has": {"DueDate": {"absent": True}}}]}},
        "DueDate is 2026-12-24",
    ),
    "a line": (
        {"quickbooks": {"rows": [{"ref": "@i1", "has": {"Line[2].ServiceDate": "2026-11-21"}}]}},
        "Line[2].ServiceDate is 2026-11-20",
    ),
    "a neutral value": (
        {"hubspot": {"rows": [{"invoices": {"hs_number": "501"}, "has": {"BALANCE": 75}}]}},
        "BALANCE is 0",
    ),
    "a record that is not there": (
        {"quickbooks": {"rows": [{"Invoice": {"DocNumber": "502"}}]}},
        "0 records, expected 1",
    ),
    "a record that is there": (
        {"hubspot": {"rows": [{"invoices": {"hs_number": "501"}, "count": 0}]}},
        "1 records, expected 0",
    ),
    "two of what there is one of": ({"quickbooks": {"rows": [{"Customer": {}}]}}, "3 records, expected 1"),
    "an association": (
        {"hubspot": {"rows": [{"invoices": {"hs_number": "501"}, "assoc": {"contacts": []}}]}},
        "associated contacts are",
    ),
    "a stranger's association": (
        {"hubspot": {"rows": [{"ref": "@h1", "assoc": {"contacts": ["contact:nobody@example.com"]}}]}},
        "HubSpot has no live record",
    ),
    "an application": (
        {"quickbooks": {"rows": [{"ref": "@p1", "applies": {"@i1": 80.00}}]}},
        "applies 75.00 to",
    ),
    "a day": (
        {
            "hubspot": {
                "rows": [{"invoices": {"hs_number": "501"}, "has": {"hs_due_date": {"day": "2026-12-25", "in": "UTC"}}}]
            }
        },
        "hs_due_date is",
    ),
    "an edit of ours taken for a person's": (
        {"quickbooks": {"rows": [{"ref": "@q1", "unchanged_since_last_person_edit": True}]}},
        "the person left None",
    ),
    "an empty report": ({"report": []}, "unexpected FAILING customer"),
    "a report with one row too few": ({"report": CUSTOMERS}, "unexpected WARNING payment"),
    "a report with one row too many": (
        {"report": [*CUSTOMERS, PAYMENT, {"object": "invoice", "ref": "@i1", "class": "FAILING"}]},
        "no row object invoice",
    ),
    "a report with one row twice": ({"report": [*CUSTOMERS, PAYMENT, PAYMENT]}, "no row object payment"),
    "a code": ({"report": [*CUSTOMERS, {**PAYMENT, "code": "PAY_DUPLICATE"}]}, "has code PAY_UNAPPLIED"),
    "a class": ({"report": [*CUSTOMERS, {**PAYMENT, "class": "FAILING"}]}, "has class WARNING"),
    "a mention": ({"report": [*CUSTOMERS, {**PAYMENT, "mentions": ["6.00"]}]}, "does not mention 6.00"),
    "another record's row": ({"report": [CUSTOMERS[0], CUSTOMERS[0], PAYMENT]}, "no row object customer"),
    "codes": ({"report_codes_only": ["PAY_UNAPPLIED"]}, "only PAY_UNAPPLIED may be in it"),
    "a row beside the report": ({"report_also": [{"object": "invoice", "ref": "@i1", "class": "EXCLUDED"}]}, "no row"),
    "a code that must not be": ({"report_also": [{**CUSTOMERS[0], "code_not": ["ID_EMAIL_SHARED"]}]}, "no row"),
    "writes": ({"writes": {"hubspot": 0}}, "writes to hubspot, expected 0"),
    "writes of the last run": ({"writes_of_last_run": {"quickbooks": 99}}, "writes to quickbooks, expected 99"),
    "creates": ({"creates": {"quickbooks": {"Invoice": 2}}}, "1 Invoice in quickbooks, expected 2"),
    "what was sent": (
        {"never_sent": [{"system": "quickbooks", "write": "any", "body_contains": '"DocNumber":"INV-1"'}]},
        "holds",
    ),
    "what was sent in a create": (
        {"never_sent": [{"system": "quickbooks", "write": "create", "body_contains": "INV-1", "since_run": 1}]},
        "holds INV-1",
    ),
    "a sum": ({"reconcile": {"USD": {"hs_total": 75.00}}}, "hs_total is 105.00, expected 75.0"),
    "a sum of a month": ({"reconcile_by_month": {"2026-10": {"USD": {"qbo_total": 105.00}}}}, "qbo_total is 0"),
    "a currency nobody uses": ({"reconcile": {"EUR": {"qbo_total": 1.00}}}, "qbo_total is 0, expected 1.0"),
    "an explanation": ({"reconcile": {"USD": {"explained": {"@i1": 5.00}}}}, "@i1 explains 0, expected 5.0"),
    "a figure nobody knows": ({"reconcile": {"USD": {"qbo_hope": 1}}}, "there is no figure called qbo_hope"),
    "what a customer owes": ({"tie_out": {"@c_mia": {"balance": 75.00}}}, "balance is"),
    "a fee": ({"fees": {"USD": {"processing": 2.50}}}, "processing is 0, expected 2.5"),
    "a link": ({"links": [{"object": "customer", "hubspot": "@h_mia", "quickbooks": "@c_x"}]}, "0 of"),
    "a link that must not be": ({"links": [{"hubspot": "@h_mia", "quickbooks": "@c_mia", "count": 0}]}, "1 of"),
    "a name nobody has": ({"quickbooks": {"rows": [{"ref": "@nobody"}]}}, "@nobody names no record"),
    "an expectation nobody knows": ({"repotr": []}, "knows no expectation called repotr"),
    "a key of a row nobody knows": ({"quickbooks": {"rows": [{"ref": "@i1", "hass": {}}]}}, "does not know hass"),
    "a key of a report row nobody knows": ({"report_also": [{**PAYMENT, "mention": "x"}]}, "knows no key mention"),
}


@pytest.fixture(scope="module")
def shop() -> Scenario:
    """The small scenario beside this file."""
    return read(FILE)[0]


@pytest.fixture(scope="module")
def after_a_night(shop: Scenario) -> Iterator[Stage]:
    """The shop after its first run, its expected state being so."""
    given = [(system, entry) for system in ("quickbooks", "hubspot") for entry in shop.given[system]]
    with stage(shop, given) as made:
        for step in shop.steps[:2]:
            assert do(made, step) == []
        yield made


def test_what_is_so_passes_in_another_order_of_the_given_records_too(shop: Scenario) -> None:
    """The scenario passes as written and reversed, a second night included."""
    outcomes = list(play(replace(shop, variants=["reversed"])))
    assert [(each.variant, [step.problems for step in each.steps if step.problems]) for each in outcomes] == [
        ("as written", []),
        ("variant 1", []),
    ]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_so_is_rejected(after_a_night: Stage, name: str) -> None:
    """One wrong expectation is enough, and the difference is told."""
    expected, said = WRONG[name]
    problems = do(after_a_night, {"expect": expected})
    assert any(said in problem for problem in problems), problems


def test_wrong_arithmetic_and_wrong_exit_codes_are_rejected(shop: Scenario) -> None:
    """A scenario whose sums are wrong, or whose run ends otherwise than said, does not pass."""
    steps = [{"run": {"n": 1, "exit": "nonzero", "exitt": 0}}]
    outcome = next(iter(play(replace(shop, steps=steps, checks=["2*30.00 == 61.00", "1 +", "__import__('os') == 1"]))))
    assert not outcome.passed
    told = [problem for step in outcome.steps for problem in step.problems]
    assert told[0] == "2*30.00 == 61.00: 60.00 against 61.00"
    assert [each.partition(":")[0] for each in told[1:3]] == ["1 +", "__import__('os') == 1"]
    assert told[3] == "a run knows no exitt; it knows exit and n"
    assert "run 1 ended with exit code 0, expected nonzero" in told[4]
