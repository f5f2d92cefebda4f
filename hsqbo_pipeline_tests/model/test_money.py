"""Money: strict reading, one rounding rule, exact sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.model.money import decimals_of, is_exact, parse, plain, rounded, shown, total

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=7)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XYZ"])


@pytest.mark.parametrize(
    ("wire", "amount"),
    [("12.30", "12.30"), (" -0.5 ", "-0.5"), (7, "7"), ("+3", "3"), (".5", "0.5"), (Decimal("1E+2"), "100")],
)
def test_plain_numbers_are_read(wire: Any, amount: str) -> None:
    """Text, whole numbers and decimals are read as they stand."""
    assert parse(wire) == Decimal(amount)


@pytest.mark.parametrize(
    "wire", ["", "abc", "1,000.00", "1 000", "1e3", "NaN", "Infinity", "--1", "1.2.3", "٣", "0x1F", "1_0"]
)
def test_what_is_no_plain_number_is_refused(wire: str) -> None:
    """Separators of thousands, exponents, words and foreign digits are refused instead of guessed."""
    with pytest.raises(ValueError, match="plain decimal"):
        parse(wire)


@pytest.mark.parametrize("wire", [1.5, True, float("nan")])
def test_a_float_is_refused(wire: Any) -> None:
    """A binary number has already lost what it was."""
    with pytest.raises(TypeError):
        parse(wire)


@pytest.mark.parametrize("wire", [Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+999999"), Decimal("1E-999999")])
def test_a_decimal_that_is_no_amount_is_refused(wire: Decimal) -> None:
    """A decimal from a parsed answer is judged like any text, and nothing enormous is spelt out."""
    with pytest.raises(ValueError, match="plain decimal"):
        parse(wire)


def test_too_many_decimals_are_refused_never_rounded() -> None:
    """Trailing zeros do not count, everything else does."""
    assert parse("1.2300", decimals=2) == Decimal("1.23")
    with pytest.raises(ValueError, match="more than 2 decimals"):
        parse("1.234", decimals=2)
    with pytest.raises(ValueError, match="digits"):
        parse("1" * 17)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.665", "GBP", "0.67"),
        ("-0.665", "GBP", "-0.67"),
        ("0.6649999", "GBP", "0.66"),
        ("10.5", "JPY", "11"),
        ("1.2345", "KWD", "1.235"),
        ("1.23455", "CLF", "1.2346"),
        ("448.394999", "usd", "448.39"),
    ],
)
def test_rounding_is_half_up_to_the_currency(amount: str, currency: str, expected: str) -> None:
    """Half goes away from zero, to as many decimals as the currency has."""
    assert format(rounded(Decimal(amount), currency), "f") == expected


@given(st.lists(AMOUNTS, max_size=50))
def test_sums_do_not_depend_on_the_order(amounts: list[Decimal]) -> None:
    """A sum is exact, so it is the same forwards and backwards."""
    assert total(amounts) == total(reversed(amounts))
    assert total([]) == 0


@given(AMOUNTS, CURRENCIES)
def test_rounding_twice_is_rounding_once(amount: Decimal, currency: str) -> None:
    """A rounded amount is exact in its currency and stays as it is."""
    once = rounded(amount, currency)
    assert is_exact(once, currency)
    assert rounded(once, currency) == once
    assert abs(once - amount) <= Decimal(5).scaleb(-decimals_of(currency) - 1)


@given(AMOUNTS)
def test_equal_amounts_have_equal_texts(amount: Decimal) -> None:
    """The plain text is read back as the same amount and does not tell 1.50 from 1.5."""
    assert parse(plain(amount)) == amount
    assert plain(amount) == plain(amount * Decimal("1.00"))
    assert "E" not in plain(amount)


def test_zero_has_one_text() -> None:
    """No minus and no decimals before or after nothing."""
    assert plain(Decimal("-0.00")) == "0"


def test_an_amount_is_shown_with_its_decimals() -> None:
    """People see cents where a currency has them, and all digits of a price that has more."""
    assert shown(Decimal(5), "USD") == "5.00"
    assert shown(Decimal("5.00"), "JPY") == "5"
    assert shown(Decimal("0.12345"), "USD") == "0.12345"
