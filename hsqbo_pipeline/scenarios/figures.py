"""Expected figures of our own: the reconciliation, balances by customer, fees, links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.sandbox.cast import Named
from hsqbo_pipeline.scenarios import words
from hsqbo_pipeline.scenarios.matching import same
from hsqbo_pipeline.scenarios.stage import Stage

_SUMS = "SELECT month, currency, measure, quickbooks, hubspot, explained, unexplained FROM reconciliation WHERE run_id = $run"
_RECORDS = """
SELECT month, currency, hubspot_id, quickbooks_id, sum(difference) AS difference FROM reconciliation_differences
WHERE run_id = $run AND measure = 'total' AND code <> 'UNEXPLAINED' GROUP BY ALL
"""
_ZERO = Decimal(0)


def reconcile_problems(stage: Stage, expected: Mapping[str, Any], month: str | None = None) -> Iterator[str]:
    """Figures by currency, over all months or of one."""
    sums = [row for row in stage.of_last_run(_SUMS) if month in (None, row["month"])]
    records = [row for row in stage.of_last_run(_RECORDS) if month in (None, row["month"])]
    where = f"reconcile {month}" if month else "reconcile"
    for currency, figures in expected.items():
        mine = [row for row in sums if row["currency"] == currency]
        for name, wanted in figures.items():
            if name == "explained":
                told = [row for row in records if row["currency"] == currency]
                yield from (f"{where} {currency}: {said}" for said in _explained(stage, told, wanted))
                continue
            found = _figure(mine, name)
            if found is None:
                yield f"{where} {currency}: there is no figure called {name}"
            elif not same(found, wanted):
                yield f"{where} {currency}: {name} is {found}, expected {wanted}"


def month_problems(stage: Stage, expected: Mapping[str, Any]) -> Iterator[str]:
    """Figures by month and currency."""
    for month, figures in expected.items():
        yield from reconcile_problems(stage, figures, str(month))


def _figure(rows: Sequence[Row], name: str) -> Decimal | None:
    if name == "unexplained":
        # Every measure has to agree; one that is off in either direction shows.
        off: Decimal = max((abs(row["unexplained"]) for row in rows), default=_ZERO)
        return off
    side, _, measure = name.partition("_")
    if side not in words.SIDES or measure not in words.MEASURES:
        return None
    return sum((row[words.SIDES[side]] for row in rows if row["measure"] == measure), _ZERO)


def _explained(stage: Stage, rows: Sequence[Row], wanted: Any) -> Iterator[str]:
    """QuickBooks less HubSpot, record by record; every record of the proof has to be named."""
    if not isinstance(wanted, Mapping):
        total = sum((row["difference"] for row in rows), _ZERO)
        if not same(total, wanted):
            yield f"explained is {total}, expected {wanted}"
        return
    left = list(rows)
    for reference, amount in wanted.items():
        named = stage.cast.find(str(reference))
        mine = [row for row in left if _is(stage, row, named)]
        left = [row for row in left if row not in mine]
        found = sum((row["difference"] for row in mine), _ZERO)
        if not same(found, amount):
            yield f"{reference} explains {found}, expected {amount}"
    for row in left:
        if row["difference"]:
            yield f"{row['hubspot_id'] or row['quickbooks_id']} explains {row['difference']}, and is not expected"


def _is(stage: Stage, row: Row, named: Named) -> bool:
    held: object = row[f"{named.system}_id"]
    return held is not None and bool({named.id, stage.answering(named)} & {held, str(held).split(":", maxsplit=1)[0]})


def tie_out_problems(stage: Stage, expected: Any) -> Iterator[str]:
    """What customers owe by their documents against what QuickBooks says they owe."""
    rows = stage.of_last_run("SELECT * FROM tie_out WHERE run_id = $run")
    if isinstance(expected, Sequence):
        expected = {str(each["ref"]): {key: value for key, value in each.items() if key != "ref"} for each in expected}
    for name, figures in expected.items():
        whole = not str(name).startswith("@")
        mine = rows if whole else [row for row in rows if _owes(stage, row, str(name))]
        wanted = figures if isinstance(figures, Mapping) else {name if whole else "balance": figures}
        if isinstance(figures, Mapping) and whole:
            mine = [row for row in rows if row["currency"] == name]
        for figure, amount in wanted.items():
            column = words.TIE_OUT.get(str(figure))
            found = sum((row[column] for row in mine), _ZERO) if column else None
            if found is None:
                yield f"tie_out: there is no figure called {figure}"
            elif not same(found, amount):
                yield f"tie_out {name}: {figure} is {found}, expected {amount}"


def _owes(stage: Stage, row: Row, reference: str) -> bool:
    return bool(row["quickbooks_id"] == stage.cast.find(reference).id)


def fee_problems(stage: Stage, expected: Mapping[str, Any]) -> Iterator[str]:
    """Processing and platform fees by currency."""
    rows = stage.of_last_run("SELECT * FROM fees WHERE run_id = $run")
    by_currency = expected if all(isinstance(each, Mapping) for each in expected.values()) else {None: expected}
    for currency, figures in by_currency.items():
        mine = [row for row in rows if currency in (None, row["currency"])]
        for name, amount in figures.items():
            column = words.FEES.get(str(name))
            if column is None:
                yield f"fees: there is no figure called {name}"
                continue
            columns = ("processing_fee", "platform_fee") if column == "total" else (column,)
            found = sum((Decimal(row[each]) for row in mine for each in columns), _ZERO)
            if not same(found, amount):
                yield f"fees {currency or ''}: {name} is {found}, expected {amount}"


def link_problems(stage: Stage, expected: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Pairs in our link table; `count: 0` says that there is none."""
    links = stage.ask("SELECT entity, hubspot_id, quickbooks_id, role FROM links")
    for wanted in expected:
        entity = words.ENTITIES.get(str(wanted.get("object", "")), wanted.get("object"))
        found = [row for row in links if entity in (None, row["entity"])]
        for side in ("hubspot", "quickbooks"):
            if side in wanted:
                named = stage.cast.find(str(wanted[side]))
                found = [row for row in found if _is(stage, row, named)]
        if "role" in wanted:
            found = [row for row in found if row["role"] == wanted["role"]]
        number = 0 if wanted.get("absent") else int(wanted.get("count", 1))
        if len(found) != number:
            yield f"links: {len(found)} of {dict(wanted)}, expected {number}"
