"""Statements for QuickBooks' query endpoint.

The language is no SQL: no OR, NOT or !=; a quote inside a text is escaped by a backslash, doubling it is a parse error.
Sources: Intuit "Data queries"; recorded sandbox traffic for the backslash and for `*, Sku`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

PAGE = 1000  # the most rows an answer holds; STARTPOSITION counts from 1
IN_VALUES = 1000
IN_BYTES = 60_000  # no limit is documented for a POSTed statement; this is far below what a gateway refuses

# Asked without a word about Active, these answer active entries only (Intuit "Data queries"; recorded).
LIST_ENTITIES = frozenset(
    {
        "Account",
        "Class",
        "Customer",
        "Department",
        "Employee",
        "Item",
        "PaymentMethod",
        "TaxAgency",
        "TaxCode",
        "TaxRate",
        "Term",
        "Vendor",
    }
)

Literal = str | int | bool | Decimal | date | datetime


def quoted(text: str) -> str:
    """`text` as a literal of the query language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def literal(value: Literal) -> str:
    """A value as a literal. Times carry an explicit offset: without one the zone is ambiguous."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return quoted(timestamp(value))
    if isinstance(value, date):
        return quoted(value.isoformat())
    if isinstance(value, Decimal):
        return quoted(format(value, "f"))
    return quoted(str(value))


def timestamp(moment: datetime) -> str:
    """An aware time in the form QuickBooks takes, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def is_in(name: str, values: Iterable[Literal]) -> str:
    """The predicate `name IN (…)`."""
    return f"{name} IN ({', '.join(literal(value) for value in values)})"


def in_chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Distinct values, in order, in groups that fit one statement and whose answer fits one page."""
    chunk: list[str] = []
    size = 0
    for value in dict.fromkeys(values):
        length = len(quoted(value).encode()) + 2
        if chunk and (len(chunk) == IN_VALUES or size + length > IN_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(value)
        size += length
    if chunk:
        yield chunk


def conditions(entity: str, *given: str | None) -> str:
    """The WHERE clause for `given` predicates; list entries come with inactive ones unless a predicate says else."""
    found = [predicate for predicate in given if predicate]
    if entity in LIST_ENTITIES and not any("active" in predicate.lower() for predicate in found):
        found.append("Active IN (true, false)")
    return f" WHERE {' AND '.join(found)}" if found else ""


def columns_of(entity: str, columns: str) -> str:
    """`*` for Item leaves the SKU out (recorded; python-quickbooks asks the same way), so it is asked for by name."""
    return "*, Sku" if entity == "Item" and columns == "*" else columns


def select(
    entity: str, where: str | None = None, *, columns: str = "*", order_by: str = "Id", start: int = 1, page: int = PAGE
) -> str:
    """A SELECT of one page. Always ordered: without ORDERBY the order of pages is only a habit of the server."""
    return (  # no database reads this, and values are quoted
        f"SELECT {columns_of(entity, columns)} FROM {entity}{where or ''}"  # noqa: S608
        f" ORDERBY {order_by} STARTPOSITION {start} MAXRESULTS {page}"
    )
