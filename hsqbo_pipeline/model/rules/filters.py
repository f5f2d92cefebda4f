"""Filters: which records come along. Groups are joined by *or*, the conditions of a group by *and*.

A condition looks at a property of the record itself or, with `object`, of a record associated with it. Conditions of
one group that name the same associated object speak of one and the same associated record: "an open invoice made after
the start", not "an open invoice, and some invoice made after the start". Text is compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hsqbo_pipeline.model.rules.words import Section

START = "start"  # as a value: the moment in `start`


class Operator(StrEnum):
    """How a property is compared."""

    ANY_OF = "any_of"
    NONE_OF = "none_of"
    EQUALS = "equals"
    CONTAINS = "contains"
    AFTER = "after"
    BEFORE = "before"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    KNOWN = "known"
    UNKNOWN = "unknown"


_NO_VALUE = {Operator.KNOWN, Operator.UNKNOWN}
_SEVERAL = {Operator.ANY_OF, Operator.NONE_OF}
_TIMES = {Operator.AFTER, Operator.BEFORE}
_NUMBERS = {Operator.GREATER_THAN, Operator.LESS_THAN}


class Condition(Section):
    """One comparison. A record without the property passes `none_of` and `unknown` only."""

    property: str = Field(min_length=1, description="the property's name in the system the record comes from")
    operator: Operator
    values: tuple[str, ...] = Field((), description="what it is compared with; `value` for a single one")
    object: str | None = Field(None, description="the associated object that has the property, such as invoices")

    @model_validator(mode="before")
    @classmethod
    def _one_value(cls, data: Any) -> Any:
        """`value: x` is another way to write `values: [x]`."""
        if not isinstance(data, Mapping) or "value" not in data:
            return data
        if "values" in data:
            raise ValueError("say either value or values, not both")
        rest = {key: item for key, item in data.items() if key != "value"}
        return {**rest, "values": data["value"] if isinstance(data["value"], list) else [data["value"]]}

    @field_validator("values", mode="before")
    @classmethod
    def _texts(cls, values: Any) -> Any:
        return [_text(value) for value in values] if isinstance(values, (list, tuple)) else [_text(values)]

    @model_validator(mode="after")
    def _fitting(self) -> Condition:
        count = len(self.values)
        if self.operator in _NO_VALUE and count:
            raise ValueError(f"{self.operator} takes no value")
        if self.operator in _SEVERAL and not count:
            raise ValueError(f"{self.operator} wants at least one value")
        if self.operator not in _SEVERAL | _NO_VALUE and count != 1:
            raise ValueError(f"{self.operator} wants exactly one value")
        if self.operator in _TIMES and not _is_time(self.values[0]):
            raise ValueError(f"{self.operator} wants a date, a date and time, or the word start")
        if self.operator in _NUMBERS and not _is_number(self.values[0]):
            raise ValueError(f"{self.operator} wants a number")
        return self

    def __str__(self) -> str:
        """The condition as a person says it: `invoices.hs_invoice_status is none of draft`."""
        name = f"{self.object}.{self.property}" if self.object else self.property
        return " ".join(part for part in (name, "is", self.operator.replace("_", " "), ", ".join(self.values)) if part)


Group = tuple[Condition, ...]
Groups = tuple[Group, ...]


class Filter(Section):
    """`all`, `recommended`, or groups of conditions. Without groups every record passes."""

    preset: Literal["all", "recommended"] | None = None
    groups: Groups = ()

    @model_validator(mode="before")
    @classmethod
    def _word_or_groups(cls, data: Any) -> Any:
        """A file says a word or a list; a list of conditions without groups is one group."""
        if isinstance(data, str):
            if data not in ("all", "recommended"):
                raise ValueError("must be all, recommended or a list of groups, each a list of conditions")
            return {"preset": data}
        if isinstance(data, Sequence):
            if not data or [] in data:
                raise ValueError("an empty list keeps everything out; write all, or give a condition")
            return {"groups": [data] if all(isinstance(item, Mapping) for item in data) else data}
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In a file a filter is a word or a list of lists, not an object with keys."""
        groups = handler.resolve_ref_schema(handler(schema))["properties"]["groups"]["items"]
        return {"anyOf": [{"enum": ["all", "recommended"]}, {"type": "array", "items": groups, "minItems": 1}, groups]}


def _beside(*objects: str) -> Callable[[Filter], Filter]:
    """A filter whose conditions look at the record itself or at associated records of these objects, which are read."""

    def check(value: Filter) -> Filter:
        for name in (condition.object for group in value.groups for condition in group):
            if name is not None and name not in objects:
                allowed = f"allowed: {', '.join(objects)}" if objects else "leave object out"
                raise ValueError(f"{name} is nothing that these records are associated with here; {allowed}")
        return value

    return check


CustomersFilter = Annotated[
    Filter, AfterValidator(_beside("invoices", "companies", "contacts", "deals", "commerce_payments"))
]
InvoicesFilter = Annotated[
    Filter,
    AfterValidator(
        _beside("contacts", "companies", "deals", "line_items", "commerce_payments", "taxes", "discounts", "fees")
    ),
]
# QuickBooks' records, and HubSpot's products, are judged by themselves.
PlainFilter = Annotated[Filter, AfterValidator(_beside())]


def at_start(groups: Groups, start: datetime | None) -> Groups:
    """The groups with the word `start` replaced by that moment; without one, conditions on it are left out."""
    return tuple(tuple(_moved(item, start) for item in group if start or START not in item.values) for group in groups)


def _moved(condition: Condition, start: datetime | None) -> Condition:
    if start is None or condition.values != (START,) or condition.operator not in _TIMES:
        return condition
    return condition.model_copy(update={"values": (start.isoformat(),)})


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, (int, Decimal)) else value


def _is_time(text: str) -> bool:
    if text == START:
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


ALL = Filter(preset="all")
RECOMMENDED = Filter(preset="recommended")

# HubSpot's own recommendation for contacts on their way to QuickBooks: those with an invoice that was finalised, made
# after the set-up and made in HubSpot. Contacts without such an invoice never become customers.
RECOMMENDED_CONTACTS: Groups = (
    (
        Condition(object="invoices", property="hs_invoice_status", operator=Operator.NONE_OF, values=("draft",)),
        Condition(object="invoices", property="hs_createdate", operator=Operator.AFTER, values=(START,)),
        Condition(object="invoices", property="hs_invoice_source", operator=Operator.ANY_OF, values=("HubSpot",)),
        # A mirror of ours may say that it was made in HubSpot; nobody bills it there (H3).
        Condition(object="invoices", property="hs_invoice_billable", operator=Operator.NONE_OF, values=("false",)),
    ),
)
