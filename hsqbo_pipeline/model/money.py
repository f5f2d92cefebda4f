"""Money: decimals only, read strictly, rounded in one way and at one place.

The rounding rule, for everything this product works out: half up, away from zero, to the currency's smallest unit,
once, at the end. Amounts that come from either system are never rounded; too many decimals are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

# Decimals of a unit price or a quantity that we keep; documents have their currency's.
MOST_DECIMALS = 10
MOST_WHOLE_DIGITS = 16
_FARTHEST = 60  # powers of ten; beyond that nothing is spelt out

# ISO 4217 gives two decimals to every currency but these.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_DECIMALS = {
    currency: decimals
    for currencies, decimals in ((_NO_DECIMALS, 0), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
    for currency in currencies.split()
}
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)


def parse(value: str | int | Decimal, *, decimals: int = MOST_DECIMALS) -> Decimal:
    """The amount a wire value says.

    Raises TypeError for a float (it has already lost something) and ValueError for what is no plain decimal number: a
    separator of thousands, an exponent, NaN, infinity, more than `decimals` places, more digits than anyone keeps.
    """
    if isinstance(value, (bool, float)):
        raise TypeError(f"an amount must not be a {type(value).__name__}")
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > _FARTHEST):
        raise ValueError("is not a plain decimal number")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if not _PLAIN.fullmatch(text):
        raise ValueError("is not a plain decimal number")
    amount = Decimal(text)
    if _places(amount) > decimals:
        raise ValueError(f"has more than {decimals} decimals")
    if amount.adjusted() >= MOST_WHOLE_DIGITS:
        raise ValueError(f"has more than {MOST_WHOLE_DIGITS} digits before the point")
    return amount


def decimals_of(currency: str) -> int:
    """How many decimals amounts in a currency have, by ISO 4217; two for a code it does not know."""
    return _DECIMALS.get(currency.upper(), 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole smallest units of the currency, half up."""
    return _EXACT.quantize(amount, Decimal(1).scaleb(-decimals_of(currency)))


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether the currency can express the amount without rounding."""
    return _places(amount) <= decimals_of(currency)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum, whatever the digits."""
    with localcontext(_EXACT):
        return sum(amounts, ZERO)


def plain(amount: Decimal) -> str:
    """The shortest text for an amount: no exponent, trailing zeros or minus zero. Equal amounts have equal texts."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(amount: Decimal, currency: str) -> str:
    """An amount as people read it: at least the currency's decimals, never fewer than it has."""
    return format(amount, "f") if not is_exact(amount, currency) else format(rounded(amount, currency), "f")


def _places(amount: Decimal) -> int:
    """Decimals that matter: trailing zeros do not."""
    text = plain(amount)
    return len(text.partition(".")[2])
