"""Lines of a HubSpot invoice in the form the books hold them, so that an edit in QuickBooks shows as a difference.

A form is item, quantity, unit price and amount; None means "whatever it is": an item that is only being made, or a quantity
that could not be sent because only the amount was exact. Descriptions, classes and service dates are nobody's business here:
people may change them in QuickBooks (1.3).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.lines import terms_of
from hsqbo_pipeline.model.money import plain

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Form:
    """One line as the books hold it. `kind` is item, discount or shipping; or fee, which the books can't hold."""

    kind: str
    item: str | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    name: str

    def same(self, other: Form) -> bool:
        """Whether two forms say the same, unknown parts agreeing with anything."""
        return (
            self.kind == other.kind
            and self.amount == other.amount
            and _agree(self.item, other.item)
            and _agree(self.quantity, other.quantity)
            and _agree(self.price, other.price)
        )

    def words(self) -> str:
        """The line in a sentence."""
        if self.quantity is None or self.price is None:
            return f"{self.name} {shown(self.amount)}"
        return f"{self.name} {plain(self.quantity)} × {shown(self.price)} = {shown(self.amount)}"


def _agree(one: Any, other: Any) -> bool:
    return one is None or other is None or one == other


def shown(amount: Decimal) -> str:
    """A number with at least two decimals."""
    text = plain(amount)
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def expected(lines: Sequence[Row], items: Sequence[Any], discount: Decimal, fees: Decimal = ZERO) -> list[Form]:
    """What QuickBooks should hold for these HubSpot lines, less `discount` on the whole invoice and plus `fees`."""
    found = []
    for line, item in zip(lines, items, strict=True):
        terms = terms_of(line) or (None, None)
        name = line["name"] or line["sku"] or line["description"] or "line"
        found.append(
            Form("item", item if isinstance(item, str) else None, terms[0], terms[1], line["amount"] or ZERO, name)
        )
    if discount:
        found.append(Form("discount", None, None, None, discount, "discount"))
    if fees:
        found.append(Form("fee", None, None, None, fees, "fee"))
    return found


def standing(lines: Iterable[Row], names: dict[str, str]) -> list[Form]:
    """What QuickBooks holds; texts, subtotals and group headings are no lines of their own."""
    found = []
    for line in lines:
        if line["kind"] not in ("item", "discount", "shipping"):
            continue
        amount = abs(line["amount"] or ZERO) if line["kind"] == "discount" else line["amount"] or ZERO
        name = line["name"] or names.get(line["item_id"] or "") or line["description"] or line["kind"]
        item = line["item_id"] if line["kind"] == "item" else None
        quantity, price = (line["quantity"], line["unit_price"]) if line["kind"] == "item" else (None, None)
        found.append(Form(line["kind"], item, quantity or None, price or None, amount, name))
    return found


def all_same(one: Sequence[Form], other: Sequence[Form]) -> bool:
    """Whether two invoices have the same lines in the same order."""
    return len(one) == len(other) and all(a.same(b) for a, b in zip(one, other, strict=True))


def as_text(forms: Iterable[Form]) -> str:
    """The forms as a baseline keeps them."""
    return json.dumps([[f.kind, f.item, _text(f.quantity), _text(f.price), plain(f.amount)] for f in forms])


def from_text(text: str | None) -> list[Form] | None:
    """The forms a baseline kept; None where it kept none."""
    if text is None:
        return None
    return [
        Form(kind, item, _number(quantity), _number(price), Decimal(amount), "")
        for kind, item, quantity, price, amount in json.loads(text)
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def sent_text(lines: Sequence[Row], items: Sequence[Any], discount: Decimal) -> str:
    """The baseline of what is about to be sent."""
    return as_text(expected(lines, items, discount))


def hubspot_text(lines: Iterable[Row], discount: Decimal, fees: Decimal) -> str:
    """HubSpot's lines and what applies to all of them, in its own terms, for telling whether somebody changed them there."""
    names = (
        "item_id",
        "sku",
        "name",
        "quantity",
        "unit_price",
        "amount",
        "discount_percent",
        "discount_amount",
        "tax_code",
    )
    said = [[plain(line[name]) if isinstance(line[name], Decimal) else line[name] for name in names] for line in lines]
    return json.dumps(
        [*said, *([kind, plain(value)] for kind, value in (("discount", discount), ("fees", fees)) if value)]
    )


@dataclass(frozen=True)
class Edit:
    """How the books' lines differ from what HubSpot says: `lines` (count, item, quantity) or `prices`, in words."""

    lines: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()


def edits(wanted: Sequence[Form], found: Sequence[Form]) -> Edit:
    """The differences line by line (1.3): which were added or taken away, which changed item, quantity or price."""
    if len(wanted) != len(found):
        missing, extra = _without(wanted, found), _without(found, wanted)
        # What is neither the same nor gone was changed in place; telling the added and removed lines is enough.
        money = [form.kind != "item" for form in (*missing, *extra)]
        words = (*(f"removed {form.words()}" for form in missing), *(f"added {form.words()}" for form in extra))
        return Edit(prices=words) if words and all(money) else Edit(lines=words)
    lines: list[str] = []
    prices: list[str] = []
    for number, (before, after) in enumerate(zip(wanted, found, strict=True), 1):
        if before.same(after):
            continue
        where = f"line {number} ({after.name or before.name})"
        if before.kind != after.kind or not _agree(before.item, after.item):
            lines.append(f"{where}: {before.words()} → {after.words()}")
        elif not _agree(before.quantity, after.quantity):
            lines.append(
                f"{where}: quantity {_text(before.quantity)} → {_text(after.quantity)} ({shown(before.amount)} → {shown(after.amount)})"
            )
        elif not _agree(before.price, after.price):
            prices.append(f"{where}: price {shown(before.price or ZERO)} → {shown(after.price or ZERO)}")
        else:
            prices.append(f"{where}: amount {shown(before.amount)} → {shown(after.amount)}")
    return Edit(tuple(lines), tuple(prices))


def _without(some: Sequence[Form], others: Sequence[Form]) -> list[Form]:
    rest = list(others)
    found = []
    for form in some:
        twin = next((each for each in rest if form.same(each)), None)
        if twin is None:
            found.append(form)
        else:
            rest.remove(twin)
    return found
