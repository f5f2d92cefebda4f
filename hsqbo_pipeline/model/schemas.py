"""What a valid row must look like, per entity and side, as pandera schemas over typed columns.

Casting happened in SQL, where a value that does not cast has become a reject already; here nothing is coerced. Each
expectation names the code its breach has, what a data steward should know of it, and what to do. Violations are data:
a schema is always validated lazily, and `failures` tells row, code, field and value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from hsqbo_pipeline.model.names import Entity, System

Holds = Callable[["pd.Series[Any]"], "pd.Series[Any]"]


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold of every row that has a value in `column` (or, with `required`, that there is one)."""

    column: str
    code: str
    what: str
    fix: str
    holds: Holds | None = None
    required: bool = False

    @property
    def name(self) -> str:
        """How the check is called in reports: `email: ID_BAD_EMAIL`."""
        return f"{self.column}: {self.code}"


@dataclass(frozen=True)
class Failure:
    """A row (its position in the frame) that breaks an expectation."""

    position: int
    code: str
    field: str
    value: str | None


def _matches(pattern: str) -> Holds:
    return lambda values: values.str.fullmatch(pattern)


def _one_of(*words: str) -> Holds:
    return lambda values: values.isin(words)


def _lacks(pattern: str) -> Holds:
    return lambda values: ~values.str.contains(pattern, regex=True)


def _at_least(least: int) -> Holds:
    return lambda values: values >= least


_CURRENCY = r"[A-Z]{3}"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def _required(column: str, what: str, fix: str) -> Expectation:
    return Expectation(column, "VAL_REQUIRED", what, fix, required=True)


def _printable(column: str) -> Expectation:
    return Expectation(
        column,
        "VAL_UNSUPPORTED_CHARS",
        f"The {column.replace('_', ' ')} holds control characters, which QuickBooks can't store.",
        "Type the text again without them; they usually come from copying out of another program.",
        _lacks(_CONTROL),
    )


_CURRENCY_CODE = Expectation(
    "currency",
    "VAL_OPTION",
    "The currency is not a three-letter code.",
    "Choose a currency of the account.",
    _matches(_CURRENCY),
)
_EMAIL = Expectation(
    "email",
    "ID_BAD_EMAIL",
    "The e-mail field holds something that is no address, so the record can't be matched.",
    "Correct the address, or empty the field.",
    _matches(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
)
_CUSTOMER = (
    _EMAIL,
    _CURRENCY_CODE,
    *(_printable(c) for c in ("first_name", "last_name", "company", "address", "city")),
)
_PRODUCT = (
    _required("name", "The product has no name.", "Give it one."),
    *(_printable(column) for column in ("name", "sku", "description")),
)
_INVOICE_STATUS = Expectation(
    "status",
    "VAL_OPTION",
    "The invoice's status is none of draft, open, paid and voided.",
    "Set the invoice to one of these; a portal's own further statuses are not understood.",
    _one_of("draft", "open", "paid", "voided"),
)
_INVOICE = (
    _required("status", "The invoice has no status.", "Set it."),
    _INVOICE_STATUS,
    _required("currency", "The invoice has no currency.", "Set it."),
    _CURRENCY_CODE,
    *(_printable(column) for column in ("number", "memo")),
)
_PAYMENT = (
    _required("amount", "The payment has no amount.", "Fill it in."),
    _required("paid_on", "The payment has no date.", "Fill it in."),
    _CURRENCY_CODE,
    Expectation("amount", "VAL_OPTION", "The payment's amount is below zero.", "Book a refund instead.", _at_least(0)),
    _printable("reference"),
)

EXPECTATIONS: dict[tuple[Entity, System], tuple[Expectation, ...]] = {
    (Entity.CUSTOMER, System.HUBSPOT): _CUSTOMER,
    (Entity.CUSTOMER, System.QUICKBOOKS): (
        *_CUSTOMER,
        _required("display_name", "The customer has no display name.", "Give it one in QuickBooks."),
        _printable("display_name"),
    ),
    (Entity.PRODUCT, System.HUBSPOT): _PRODUCT,
    (Entity.PRODUCT, System.QUICKBOOKS): (
        *_PRODUCT,
        _required("item_type", "The item has no type.", "Set it in QuickBooks."),
    ),
    (Entity.INVOICE, System.HUBSPOT): _INVOICE,
    (Entity.INVOICE, System.QUICKBOOKS): (
        *_INVOICE,
        _required("customer_id", "The invoice names no customer.", "Choose its customer in QuickBooks."),
        _required("invoice_date", "The invoice has no date.", "Fill it in."),
        _required("total", "The invoice has no total.", "Save it again in QuickBooks."),
    ),
    (Entity.PAYMENT, System.HUBSPOT): _PAYMENT,
    (Entity.PAYMENT, System.QUICKBOOKS): _PAYMENT,
}


@cache
def schema(entity: Entity, system: System) -> pa.DataFrameSchema:
    """The pandera schema of one entity on one side; other columns of the frame are left alone."""
    expectations = EXPECTATIONS[entity, system]
    columns = {}
    for column in dict.fromkeys(each.column for each in expectations):
        mine = [each for each in expectations if each.column == column]
        columns[column] = pa.Column(
            checks=[
                pa.Check(each.holds, name=each.code, title=each.what, description=each.fix)
                for each in mine
                if each.holds
            ],
            nullable=not any(each.required for each in mine),
        )
    return pa.DataFrameSchema(columns, name=f"{entity.value} ({system.value})", strict=False, coerce=False)


def columns_of(entity: Entity, system: System) -> list[str]:
    """The columns a frame needs for `failures`."""
    return list(schema(entity, system).columns)


def failures(entity: Entity, system: System, frame: pd.DataFrame) -> list[Failure]:
    """What is wrong with the rows of `frame` (positions 0…n-1), first breach of each row first; none is raised.

    Raises pandera's SchemaErrors only where the frame itself is wrong (a column missing): that is a mistake in our
    code.
    """
    try:
        schema(entity, system).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        if cases["index"].isna().any():
            raise
        found = [
            Failure(
                int(row.index),
                _code_of(str(row.check)),
                str(row.column),
                None if pd.isna(row.failure_case) else str(row.failure_case),
            )
            for row in cases.rename(columns={"index": "position"}).assign(index=cases["index"]).itertuples(index=False)
        ]
        return sorted(found, key=lambda failure: failure.position)
    return []


def _code_of(check: str) -> str:
    return "VAL_REQUIRED" if check == "not_nullable" else check
