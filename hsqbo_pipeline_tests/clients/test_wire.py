"""JSON without binary floats, in both directions."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.clients.wire import UnreadableBodyError, read_json, write_json

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=5)


@given(DECIMALS)
def test_an_amount_comes_back_as_it_went_out(amount: Decimal) -> None:
    """Every amount survives the way out and in, digit for digit, and never with an exponent."""
    body = write_json({"Amount": amount})
    assert b"e" not in body.replace(b"Amount", b"").lower()
    assert Decimal(str(read_json(body)["Amount"])) == amount


@pytest.mark.parametrize(
    ("amount", "text"), [("1E+3", "1000"), ("1E-5", "0.00001"), ("100.00", "100.00"), ("-0.10", "-0.10")]
)
def test_amounts_are_plain_numbers(amount: str, text: str) -> None:
    """QuickBooks' decimals know no exponent."""
    assert write_json([Decimal(amount)]) == f"[{text}]".encode()


def test_reading_gives_decimal_and_int_only() -> None:
    """No number of an answer is a float."""
    read = read_json(b'{"a": 12.10, "b": 3, "c": 1e2}')
    assert [type(value) for value in read.values()] == [Decimal, int, Decimal]
    assert str(read["a"]) == "12.10"


@pytest.mark.parametrize("body", [b"<html>", b"", b"{", b'{"a": NaN}', b"\xff\xfe"])
def test_what_is_no_json_is_named(body: bytes) -> None:
    """HTML, nothing, half a body and NaN are unreadable, not crashes."""
    with pytest.raises(UnreadableBodyError):
        read_json(body)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), {1, 2}, object()])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    """Nothing is sent as a silent null."""
    with pytest.raises(TypeError):
        write_json({"a": value})
    assert json.loads(write_json({"a": None})) == {"a": None}
