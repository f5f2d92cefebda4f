"""Which QuickBooks tax code a HubSpot invoice's lines get. Codes are looked up, tax is never computed here (N14, H14, H15).

All or nothing: one line whose rate has no code refuses the whole invoice before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

US_UNTAXED_CODE = "NON"
_ZERO = Decimal(0)


@dataclass(frozen=True)
class TaxCodes:
    """The codes of the lines in their order (None: the line is sent without one) and how QuickBooks is to read amounts.

    `binding` is False where the rules let QuickBooks work out a tax that the HubSpot invoice does not have.
    """

    codes: tuple[str | None, ...]
    calculation: str | None = None
    binding: bool = True


@dataclass(frozen=True)
class TaxRefused:
    """Why the invoice cannot be sent: a code and what its sentence tells."""

    code: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaxSetting:
    """What decides: the company's own settings, the portal's rates in per cent, and the rules `tax`."""

    country: str
    uses_sales_tax: bool
    with_tax: str  # reject | map
    us_untaxed: str  # refuse | send_non | let_quickbooks_compute
    codes: Mapping[str, str]  # HubSpot rate group id -> QuickBooks tax code id
    percents: Mapping[str, Decimal]


def tax_codes(
    lines: Sequence[Mapping[str, Any]], tax: Decimal, taxable: Sequence[bool], setting: TaxSetting
) -> TaxCodes | TaxRefused:
    """The codes for a HubSpot invoice's lines.

    `tax` is the invoice's whole tax in HubSpot, `taxable` says line by line whether both the item and the customer are
    taxable in QuickBooks.
    """
    if tax != _ZERO and (setting.with_tax == "reject" or not setting.uses_sales_tax):
        return TaxRefused("TAX_UNSUPPORTED_ON_HS_INVOICE", {"tax": tax})
    if not setting.uses_sales_tax:
        return TaxCodes((None,) * len(lines), None if setting.country == "US" else "NotApplicable")
    rates = [line["tax_code"] for line in lines]
    unmapped = next((rate for rate in rates if rate is not None and rate not in setting.codes), None)
    if unmapped is not None:
        return TaxRefused("TAX_RATE_UNMAPPED", {"rate": _percent(unmapped, setting)})
    if tax != _ZERO and not any(rates):
        return TaxRefused("TAX_RATE_UNMAPPED", {"rate": f"on the whole invoice ({tax})"})
    if setting.country == "US":
        return _american(rates, tax, taxable, setting)
    missing = next((number for number, rate in enumerate(rates, 1) if rate is None), None)
    if missing is not None:
        return TaxRefused("TAX_CODE_REQUIRED", {"line": missing})
    return TaxCodes(tuple(setting.codes[rate] for rate in rates), "TaxExcluded")


def _american(
    rates: Sequence[str | None], tax: Decimal, taxable: Sequence[bool], setting: TaxSetting
) -> TaxCodes | TaxRefused:
    if tax != _ZERO:
        return TaxCodes(tuple(setting.codes[rate] if rate else US_UNTAXED_CODE for rate in rates))
    if setting.us_untaxed == "let_quickbooks_compute":
        return TaxCodes((None,) * len(rates), binding=False)
    if setting.us_untaxed != "send_non" and any(taxable):
        return TaxRefused("TAX_POLICY_MISSING")
    return TaxCodes((US_UNTAXED_CODE,) * len(rates))


def _percent(rate: str, setting: TaxSetting) -> str:
    percent = setting.percents.get(rate)
    if percent is None:
        return rate
    text = format(percent, "f")
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"
