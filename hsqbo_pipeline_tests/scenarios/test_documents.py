"""Invoices, payments, tax and the proof as a bookkeeper tells them: scenarios of our own, one theme a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.scenarios.reading import Scenario, read
from hsqbo_pipeline_tests.scenarios.told import differences


def of(theme: str) -> pytest.MarkDecorator:
    """The scenarios of one file, by id."""
    found = read(Path(__file__).parent / f"documents_{theme}.yaml")
    return pytest.mark.parametrize("scenario", found, ids=lambda each: each.id)


@pytest.mark.rule("N4", "H4", "N17", "INV_NUMBER_TAKEN", "INV_NUMBER_TOO_LONG")
@of("numbers")
def test_numbers(scenario: Scenario) -> None:
    """A number links only where all else is equal; else its holder is named, and 22 characters are refused, never cut."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "N5", "N6", "N7", "H3", "H12", "1.29", "INV_NO_LINES", "FLT_STATUS", "FLT_SOURCE", "DEL_REMOTE_DELETED"
)
@of("leaving")
def test_what_leaves_and_what_never_does(scenario: Scenario) -> None:
    """Drafts, unbilled and foreign invoices stay, mirrors never go home, the dead stay dead, and found pairs have an owner."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "H5", "N10", "N12", "N13", "N15", "1.3", "1.4", "1.21", "1.32", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A49", "D12", "H26",
    "INV_REMOTE_LINES_CHANGED",
    "INV_REMOTE_PRICE_CHANGED", "INV_REMOTE_PAYMENT_REMOVED", "INV_REMOTE_TAX_ADDED", "INV_REMOTE_HEADER_CHANGED", "D67",
)  # fmt: skip
@of("edits")
def test_edits(scenario: Scenario) -> None:
    """Each forbidden edit stands still whole and heals from either side; what is permitted flows, lost answers or not."""
    assert differences(scenario) == []


@pytest.mark.rule("N3", "N7", "N16", "N17", "H12", "H17", "H18", "1.11", "PER_CLOSED", "PER_PRIOR_YEAR")
@of("dates")
def test_days_and_closed_periods(scenario: Scenario) -> None:
    """No day walks at midnight or a clock change, no closed day is written, and reopening heals by itself."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "N1", "N2", "N8", "N9", "H7", "H8", "H9", "H10", "H11", "H29", "1.5", "1.12", "1.19", "A44", "A45",
    "PAY_UNAPPLIED", "PAY_DUPLICATE", "PAY_EXCEEDS_BALANCE", "PAY_NO_DOCUMENT", "PAY_REFUND_UNBOOKED", "PAY_DISPUTED",
)  # fmt: skip
@of("money")
def test_money(scenario: Scenario) -> None:
    """Every reduction of a balance adds up, cash alone is shown, and HubSpot's money is booked gross, once, where it belongs."""
    assert differences(scenario) == []


@pytest.mark.rule("N14", "H14", "A8", "A14", "TAX_POLICY_MISSING", "TAX_UNSUPPORTED_ON_HS_INVOICE", "TAX_VARIANCE")
@of("tax")
def test_tax(scenario: Scenario) -> None:
    """Tax is carried, never computed: the policy is asked, what QuickBooks adds fails until the invoice is issued anew."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "H13", "H24", "H25", "H27", "1.7", "A12", "A16", "A56", "DIM_REQUIRED", "INV_ORDER_DISCOUNT_UNSUPPORTED",
    "ITM_TYPE_UNSUPPORTED", "PAY_CREDIT_NOT_SHOWN",
)  # fmt: skip
@of("lines")
def test_lines(scenario: Scenario) -> None:
    """Discounts, shipping, groups, stock, classes and custom fields go over exactly or are refused; applied credits are shown."""
    assert differences(scenario) == []


@pytest.mark.rule(
    "A2", "A28", "A29", "A44", "A45", "N1", "N8", "N9", "1.2", "1.16", "1.19", "H7", "H10", "H11", "H28", "H29",
    "HS_WORKFLOW_DUPLICATE", "CUR_MISMATCH", "PAY_NO_INVOICE", "PAY_UNAPPLIED", "PAY_DUPLICATE", "REC_DRIFT",
    "REC_TOTAL_VARIANCE",
)  # fmt: skip
@of("proof")
def test_proof(scenario: Scenario) -> None:
    """Deals show their payments, what was moved goes back or is told, currencies and months add up, doubled documents are told."""
    assert differences(scenario) == []
