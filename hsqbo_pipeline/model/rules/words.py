"""The words that several sections of `sync.yaml` share: directions, winners, `off`, names and numbers as typed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hsqbo_pipeline.model.names import System


class Section(BaseModel):
    """A part of the rules. A key that does not exist is a mistake, never silently ignored."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def _blank_is_not_said(cls, data: Any) -> Any:
        """A key with nothing behind it, as when all below it is commented out, counts as absent."""
        if not isinstance(data, Mapping):
            return data
        known = {name for key, field in cls.model_fields.items() for name in (key, field.alias)}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class DirectionWord(StrEnum):
    """Which way an object or a field flows."""

    BOTH = "both"
    QUICKBOOKS_TO_HUBSPOT = "quickbooks_to_hubspot"
    HUBSPOT_TO_QUICKBOOKS = "hubspot_to_quickbooks"
    OFF = "off"

    @property
    def targets(self) -> frozenset[System]:
        """The systems that may be written."""
        return _TARGETS[self]


_TARGETS = {
    DirectionWord.BOTH: frozenset(System),
    DirectionWord.QUICKBOOKS_TO_HUBSPOT: frozenset({System.HUBSPOT}),
    DirectionWord.HUBSPOT_TO_QUICKBOOKS: frozenset({System.QUICKBOOKS}),
    DirectionWord.OFF: frozenset[System](),
}


class Winner(StrEnum):
    """Whose value stands when both sides changed a field; `newest` falls back to `hold` where a side gives no time."""

    HUBSPOT = "hubspot"
    QUICKBOOKS = "quickbooks"
    NEWEST = "newest"
    HOLD = "hold"


def or_short(schema: CoreSchema, handler: GetJsonSchemaHandler, short: JsonSchemaValue) -> JsonSchemaValue:
    """An editor's schema of a section that a file may also write in a short form."""
    return {"anyOf": [short, handler.resolve_ref_schema(handler(schema))]}


def _false_is_off(value: Any) -> Any:
    """YAML 1.1 reads an unquoted `off` as false: both mean the word."""
    return "off" if value is False else value


def _off_is_none(value: Any) -> Any:
    return None if value is False or value == "off" else value


def _number_is_text(value: Any) -> Any:
    """An id typed without quotes arrives as a number."""
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


Direction = Annotated[
    DirectionWord,
    BeforeValidator(_false_is_off, json_schema_input_type=DirectionWord | Literal[False]),
]
OffWord = Annotated[
    Literal["off"], BeforeValidator(_false_is_off, json_schema_input_type=Literal["off"] | Literal[False])
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    BeforeValidator(_number_is_text, json_schema_input_type=str | int),
]
# `off` (None) or a number that is not negative.
Count = Annotated[
    Annotated[int, Field(ge=0)] | None,
    BeforeValidator(_off_is_none, json_schema_input_type=Annotated[int, Field(ge=0)] | Literal["off", False]),
]
Percent = Annotated[
    Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None,
    BeforeValidator(_off_is_none, json_schema_input_type=Annotated[float, Field(ge=0)] | Literal["off", False]),
]


class FieldSetting(Section):
    """How one field behaves where it should differ from its object. What is not said is as the object says."""

    enabled: bool = Field(True, description="false: the field is neither compared nor written")
    direction: Direction | None = Field(None, description="which way this field flows; not said: as its object")
    winner: Winner | None = Field(None, description="who wins when both sides changed it; not said: as its object")
    blank_overwrites: bool = Field(False, description="true: a value that was emptied empties the other side too")


class ObjectRules(Section):
    """What every object has: whether, which way, and who wins."""

    enabled: bool = Field(True, description="false: nothing is written for this object; what is known of it is kept")
    direction: Direction = DirectionWord.BOTH
    winner: Winner = Field(Winner.QUICKBOOKS, description="who wins when both sides changed a field since last time")

    @property
    def targets(self) -> frozenset[System]:
        """The systems this object may be written to: none where it is switched off."""
        return self.direction.targets if self.enabled else frozenset()

    def writes_to(self, system: System) -> bool:
        """Whether records of this object may be written on that side."""
        return system in self.targets


class Match(Section):
    """By what two unlinked records are found to be the same."""

    mode: Literal["default", "fields", "none"] = Field(
        "default", description="default: e-mail, SKU. fields: all of `fields` agree. none: only links, never keys"
    )
    fields: tuple[str, ...] = Field((), description="with mode `fields`: the fields that must all agree")
