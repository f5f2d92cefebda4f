"""The line items of a mirror: which are made, changed or taken away so that they say what the books say.

A mirror line is known by its own mark, company:invoice:line, so an edit changes the line concerned and nothing is ever made
twice (1.7). Lines that HubSpot's own sync made carry no mark; they are told by what they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.associations import association
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.wire import ADJUSTMENT_TO_INVOICE, FIRST, LINE_TO_INVOICE
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.lines import HubSpotLine, discounts, hubspot_line, money
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import FieldChange, Step, StepAction, fingerprint

_SHOWN = ("item", "shipping", "description")
TAX_LABEL = "Tax as booked in QuickBooks"
DISCOUNT_LABEL = "Discount as booked in QuickBooks"


@dataclass(frozen=True)
class Wanted:
    """One line as HubSpot has to show it."""

    key: str
    mark: str
    line: HubSpotLine
    product: Any
    position: int

    def properties(self) -> dict[str, Any]:
        """The properties of its creation."""
        found: dict[str, Any] = {
            **self.line.properties(),
            "qbo_id": self.mark,
            "hs_position_on_quote": str(self.position),
        }
        return {**found, "hs_product_id": self.product} if self.product is not None else found

    @property
    def text(self) -> str:
        """One text for one content, kept as QuickBooks' baseline of the line."""
        return fingerprint(self.line.properties())


def wanted_lines(case: Case, parents: Parents, situation: Situation) -> list[Wanted]:
    """The lines of the QuickBooks invoice as HubSpot shows them, in their order."""
    found = []
    for position, line in enumerate(each for each in case.lines[System.QUICKBOOKS] if _is_shown(each)):
        item = parents.product(System.QUICKBOOKS, line["item_id"]) if line["item_id"] else None
        found.append(
            Wanted(
                key=f"line {line['line_id']}",
                mark=situation.mark(f"{case.pair.id(System.QUICKBOOKS)}:{line['line_id']}"),
                line=hubspot_line(
                    {**line, "sku": line["sku"] or (item.row.get("sku") if item else None)}, position + 1
                ),
                product=item.reference() if item is not None and item.reachable else None,
                position=position,
            )
        )
    return found


def _is_shown(line: Row) -> bool:
    return line["kind"] in _SHOWN and (line["kind"] != "description" or bool(line["description"] or line["name"]))


def create_line(wanted: Wanted, invoice: Any) -> Step:
    """The step that makes one mirror line on an invoice (its id, or the marker of it)."""
    return Step(
        number=0,
        system=System.HUBSPOT,
        object="line_items",
        action=StepAction.CREATE,
        body=wanted.properties(),
        find={"property": "qbo_id", "value": wanted.mark, "parent": ["invoices", invoice]},
        associations=(association("invoices", invoice, LINE_TO_INVOICE),),
    )


def create_adjustment(kind: str, label: str, value: Decimal, invoice: Any) -> Step:
    """The step that makes a fixed tax or discount on an invoice."""
    return Step(
        number=0,
        system=System.HUBSPOT,
        object=kind,
        action=StepAction.CREATE,
        body={"hs_type": "FIXED", "hs_value": money(value), "hs_label": label},
        find={"property": "hs_label", "value": label, "parent": ["invoices", invoice]},
        associations=(association("invoices", invoice, ADJUSTMENT_TO_INVOICE[kind]),),
    )


def creation_steps(case: Case, wanted: Sequence[Wanted]) -> list[Step]:
    """Lines, discount and tax of a mirror that is being made."""
    return [*(create_line(each, FIRST) for each in wanted), *adjustment_steps(case, FIRST)]


@dataclass(frozen=True)
class LineWork:
    """What it takes to bring the mirror's lines in line; `drifted` were edited in HubSpot and stay as they are."""

    steps: tuple[Step, ...]
    changes: tuple[FieldChange, ...]
    drifted: tuple[str, ...]
    shown: Decimal


def line_work(case: Case, wanted: Sequence[Wanted]) -> LineWork:
    """Compare the mirror's lines with what is wanted. They are rewritten only if the books changed one: they add up together."""
    actual = paired(case, wanted)
    before = (case.pair.baseline or {}).get(System.QUICKBOOKS, {})
    steps: list[Step] = []
    changes: list[FieldChange] = []
    drifted: list[str] = []
    shown = ZERO
    ours = {name: text for name, text in before.items() if name.startswith("line ")} != {e.key: e.text for e in wanted}
    for each in wanted:
        row = actual.pop(each.mark, None)
        agreed = row is not None and not _differences(each, row)
        if agreed or ours:
            shown += each.line.amount
        if agreed:
            continue
        if not ours:
            drifted.append(each.line.name)
            shown += (row["amount"] or ZERO) if row is not None else ZERO
        elif row is None:
            steps.append(create_line(each, case.pair.id(System.HUBSPOT)))
            changes.append(FieldChange(each.key, None, _words(each.line), "new line in quickbooks"))
        else:
            steps.append(_update(row, _differences(each, row), each))
            changes.append(FieldChange(each.key, _row_words(row), _words(each.line), "changed in quickbooks"))
    for row in actual.values():
        steps.append(_archive("line_items", row["line_id"]))
        changes.append(FieldChange(f"line {row['line_id']}", _row_words(row), None, "gone from quickbooks"))
    foreign = sum((row["amount"] or ZERO for row in _foreign(case, wanted)), start=ZERO)
    return LineWork(tuple(steps), tuple(changes), tuple(drifted), shown + foreign)


def paired(case: Case, wanted: Sequence[Wanted]) -> dict[str, Row]:
    """The mirror's lines by mark, those of a vanished QuickBooks line included; unmarked ones that say the same are taken in."""
    rows = case.lines[System.HUBSPOT]
    own = f"{wanted[0].mark.rsplit(':', 1)[0]}:" if wanted else None
    found = {row["mark"]: row for row in rows if row["mark"] and (own is None or row["mark"].startswith(own))}
    loose = [row for row in rows if not row["mark"]]
    for each in wanted:
        if each.mark not in found:
            twin = next((row for row in loose if _says_the_same(each, row)), None)
            if twin is not None:
                loose.remove(twin)
                found[each.mark] = twin
    return found


def _foreign(case: Case, wanted: Sequence[Wanted]) -> list[Row]:
    known = {row["line_id"] for row in paired(case, wanted).values()}
    return [row for row in case.lines[System.HUBSPOT] if row["line_id"] not in known]


def _says_the_same(wanted: Wanted, row: Row) -> bool:
    return (row["amount"] or ZERO) == wanted.line.amount and wanted.line.sku == row["sku"]


def _differences(wanted: Wanted, row: Row) -> dict[str, Any]:
    """Properties whose value is not what it should be. HubSpot fills blanks in from the product, which is no difference."""
    line = wanted.line
    texts = line.properties()
    found: dict[str, Any] = {
        name: texts[name]
        for name, column in (("name", "name"), ("hs_sku", "sku"), ("description", "description"))
        if texts[name] and texts[name] != (row[column] or "")
    }
    if row["quantity"] != line.quantity or row["unit_price"] != line.price or (row["amount"] or ZERO) != line.amount:
        found |= {"quantity": texts["quantity"], "price": texts["price"], "discount": "", "hs_discount_percentage": ""}
        if not row["discount_amount"] and not row["discount_percent"]:
            found = {name: value for name, value in found.items() if "discount" not in name}
    if wanted.product is not None and wanted.product != row["item_id"] and not isinstance(wanted.product, Mapping):
        found["hs_product_id"] = wanted.product
    return found


def _update(row: Row, changed: Mapping[str, Any], wanted: Wanted) -> Step:
    body = dict(changed) if row["mark"] else {**changed, "qbo_id": wanted.mark}
    return Step(
        number=0, system=System.HUBSPOT, object="line_items", action=StepAction.UPDATE, target=row["line_id"], body=body
    )


def _archive(kind: str, record_id: str) -> Step:
    return Step(number=0, system=System.HUBSPOT, object=kind, action=StepAction.ARCHIVE, target=record_id, body={})


def adjustment_steps(case: Case, invoice: Any) -> list[Step]:
    """One fixed tax and one fixed discount, as QuickBooks has them: made, changed or taken away."""
    row = case.row(System.QUICKBOOKS)
    discount = discounts(case.lines[System.QUICKBOOKS])
    return [
        *_adjust(case, invoice, "discounts", DISCOUNT_LABEL, discount),
        *_adjust(case, invoice, "taxes", TAX_LABEL, row["tax"] or ZERO),
    ]


def _adjust(case: Case, invoice: Any, kind: str, label: str, value: Decimal) -> list[Step]:
    there = case.adjustments(kind)
    if not there:
        return [create_adjustment(kind, label, value, invoice)] if value else []
    first, *others = there
    steps = [_archive(kind, each["id"]) for each in others]
    if not value:
        return [_archive(kind, first["id"]), *steps]
    if first["value"] == value and first["type"] == "FIXED":
        return steps
    body = {"hs_type": "FIXED", "hs_value": money(value)}
    return [
        Step(number=0, system=System.HUBSPOT, object=kind, action=StepAction.UPDATE, target=first["id"], body=body),
        *steps,
    ]


def _words(line: HubSpotLine) -> str:
    return f"{line.name}: {line.quantity} × {line.price} = {line.amount}"


def _row_words(row: Row) -> str:
    return f"{row['name']}: {row['quantity']} × {row['unit_price']} = {row['amount']}"
