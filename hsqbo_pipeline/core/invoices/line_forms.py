"""Lines of a HubSpot invoice in the form the books hold them, so that an edit in QuickBooks shows as a difference.

A form is item, quantity, unit price and amount; None means "whatever it is": an item that is only being made, or a quantity
that could not be sent because only the amount was exact. The order of lines says nothing, and what people may change in
QuickBooks (1.3) makes no difference: classes and service dates are not looked at, descriptions only for telling who wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.invoices.items import Choice
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.lines import sent_description, terms_of
from hsqbo_pipeline.model.money import plain

ZERO = Decimal("0.00")

# Kinds of a typed line that have a form: texts, subtotals and group headings are no lines of their own.
FORMED = ("item", "discount", "shipping")


@dataclass(frozen=True)
class Form:
    """One line as the books hold it. `kind` is item, discount or shipping; or fee, which the books can't hold."""

    kind: str
    item: str | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    name: str
    description: str | None = None

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


def expected(lines: Sequence[Row], choices: Sequence[Choice], discount: Decimal, fees: Decimal = ZERO) -> list[Form]:
    """What QuickBooks should hold for these HubSpot lines, less `discount` on the whole invoice and plus `fees`."""
    found = []
    for line, choice in zip(lines, choices, strict=True):
        quantity, price = terms_of(line) or (None, None)
        item = choice.reference if isinstance(choice.reference, str) else None
        name = line["name"] or line["sku"] or line["description"] or "line"
        described = sent_description(line, named=choice.fallback)
        found.append(Form("item", item, quantity, price, line["amount"] or ZERO, name, described))
    if discount:
        found.append(Form("discount", None, None, None, discount, "discount"))
    if fees:
        found.append(Form("fee", None, None, None, fees, "fee"))
    return found


def standing(lines: Iterable[Row], names: dict[str, str]) -> list[Form]:
    """What QuickBooks holds."""
    found = []
    for line in lines:
        if line["kind"] not in FORMED:
            continue
        amount = abs(line["amount"] or ZERO) if line["kind"] == "discount" else line["amount"] or ZERO
        name = line["name"] or names.get(line["item_id"] or "") or line["description"] or line["kind"]
        item = line["item_id"] if line["kind"] == "item" else None
        quantity, price = (line["quantity"], line["unit_price"]) if line["kind"] == "item" else (None, None)
        described = line["description"] if line["kind"] == "item" else None
        found.append(Form(line["kind"], item, quantity or None, price, amount, name, described))
    return found


def twins(one: Sequence[Form], other: Sequence[Form]) -> dict[int, int]:
    """Which line of `other` says the same as which line of `one`, by place; those that say exactly the same come first."""
    found: dict[int, int] = {}
    for exactly in (lambda form: (*_parts(form), form.description), _parts):
        places: dict[Any, list[int]] = {}
        for place in _left(other, found):
            places.setdefault(exactly(other[place]), []).insert(0, place)
        for place, form in enumerate(one):
            if place not in found and places.get(exactly(form)):
                found[place] = places[exactly(form)].pop()
    free = _left(other, found)
    for place, form in enumerate(one):
        if place in found:
            continue
        alike = [each for each in free if form.same(other[each])]
        if alike:
            found[place] = place if place in alike else alike[0]
            free.remove(found[place])
    return found


def _left(other: Sequence[Form], found: Mapping[int, int]) -> list[int]:
    taken = set(found.values())
    return [place for place in range(len(other)) if place not in taken]


def _parts(form: Form) -> tuple[Any, ...]:
    return form.kind, form.item, form.quantity, form.price, form.amount


def successors(one: Sequence[Form], other: Sequence[Form]) -> dict[int, int]:
    """`twins`, and for each line that was changed the one it probably became: of the same item, else in the same place."""
    found = twins(one, other)
    free = _left(other, found)
    changed = [place for place in range(len(one)) if place not in found]
    for place in changed:
        alike = next((each for each in free if one[place].item and one[place].item == other[each].item), None)
        if alike is not None:
            found[place] = alike
            free.remove(alike)
    for place in changed:
        if len(one) == len(other) and place not in found and place in free and one[place].kind == other[place].kind:
            found[place] = place
            free.remove(place)
    return found


def all_same(one: Sequence[Form], other: Sequence[Form]) -> bool:
    """Whether two invoices have the same lines, in whatever order."""
    return len(one) == len(other) == len(twins(one, other))


def as_text(forms: Iterable[Form]) -> str:
    """The forms as a baseline keeps them."""
    return json.dumps(
        [[f.kind, f.item, _text(f.quantity), _text(f.price), plain(f.amount), f.description] for f in forms]
    )


def from_text(text: str | None) -> list[Form] | None:
    """The forms a baseline kept; None where it kept none."""
    if text is None:
        return None
    return [
        Form(kind, item, _number(quantity), _number(price), Decimal(amount), "", next(iter(described), None))
        for kind, item, quantity, price, amount, *described in json.loads(text)
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def sent_text(lines: Sequence[Row], choices: Sequence[Choice], discount: Decimal) -> str:
    """The baseline of what is about to be sent."""
    return as_text(expected(lines, choices, discount))


@dataclass(frozen=True)
class Edit:
    """How the books' lines differ from what HubSpot says: `lines` (count, item, quantity) or `prices`, in words."""

    lines: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()


def edits(wanted: Sequence[Form], found: Sequence[Form]) -> Edit:
    """The differences line by line (1.3): which were added or taken away, which changed item, quantity or price."""
    same = twins(wanted, found)
    before = [form for place, form in enumerate(wanted) if place not in same]
    after = [(place, form) for place, form in enumerate(found) if place not in same.values()]
    if len(before) != len(after):
        # What is neither the same nor gone was changed in place; telling the added and removed lines is enough.
        money = [form.kind != "item" for form in (*before, *(form for _, form in after))]
        words = (*(f"removed {form.words()}" for form in before), *(f"added {form.words()}" for _, form in after))
        return Edit(prices=words) if words and all(money) else Edit(lines=words)
    lines: list[str] = []
    prices: list[str] = []
    became = successors(before, [form for _, form in after])
    rest = iter([each for each in range(len(after)) if each not in became.values()])
    for place, form in enumerate(before):
        number, now = after[became[place] if place in became else next(rest)]
        kept = lines if _moved(form, now) else prices
        kept.append(_edit(number + 1, form, now))
    return Edit(tuple(lines), tuple(prices))


def _moved(before: Form, after: Form) -> bool:
    """Whether a line got another item or quantity, and not just another price."""
    return (
        before.kind != after.kind or not _agree(before.item, after.item) or not _agree(before.quantity, after.quantity)
    )


def _edit(number: int, before: Form, after: Form) -> str:
    where = f"line {number} ({after.name or before.name})"
    if before.kind != after.kind or not _agree(before.item, after.item):
        return f"{where}: {before.words()} → {after.words()}"
    if not _agree(before.quantity, after.quantity):
        quantities = f"quantity {_text(before.quantity)} → {_text(after.quantity)}"
        return f"{where}: {quantities} ({shown(before.amount)} → {shown(after.amount)})"
    if not _agree(before.price, after.price):
        return f"{where}: price {shown(before.price or ZERO)} → {shown(after.price or ZERO)}"
    return f"{where}: amount {shown(before.amount)} → {shown(after.amount)}"
