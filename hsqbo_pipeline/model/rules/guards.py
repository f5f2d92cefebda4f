"""The rules about what a run may do by itself: limits, closed periods, pauses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.rules.words import Count, Percent, Section, Text, or_short


class Limits(Section):
    """Above these a run waits for approval. Counted over `window_hours`, so that small runs do not slip under them."""

    enabled: bool = Field(True, description="false, or `limits: off`: no limit at all; accepted for the sandbox only")
    first_runs_ask: Count = Field(3, description="so many first runs that write to QuickBooks always ask")
    creates: Count = Field(25, description="more new records per object than this")
    linked_percent: Percent = Field(
        "5", validate_default=True, description="more than this share of linked records changed"
    )
    money_percent: Percent = Field(
        "10", validate_default=True, description="more money than this share of a month's invoicing (mean of 90 days)"
    )
    voids: Literal["ask", "allow"] = "ask"
    earlier_month: Literal["ask", "allow"] = Field("ask", description="any write dated in an earlier month")
    customer_name: Literal["ask", "allow"] = Field("ask", description="any change of a customer's name")
    window_hours: int = Field(24, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _off(cls, data: Any) -> Any:
        return {"enabled": False} if data is False or data == "off" else data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return or_short(schema, handler, {"enum": ["off", False]})


_CLOSING_WORDS = ("previous_fiscal_year", "off")


def _closing_word(value: Any) -> Any:
    if value is False:
        return "off"
    if not isinstance(value, str) or value in _CLOSING_WORDS:
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date such as 2025-12-31, previous_fiscal_year or off") from None


class Closing(Section):
    """What counts as closed where the company has set no closing date."""

    treat_as_closed: Annotated[
        date | Literal["previous_fiscal_year", "off"],
        BeforeValidator(_closing_word, json_schema_input_type=date | Literal["previous_fiscal_year", "off", False]),
    ] = Field("previous_fiscal_year", description="a last closed day, all before the previous fiscal year, or off")

    def last_closed_day(self, company_says: date | None, today: date, fiscal_start_month: int) -> date | None:
        """The last day that must not be written. The company's own closing date always counts; then this rule."""
        if company_says is not None:
            return company_says
        if isinstance(self.treat_as_closed, date):
            return self.treat_as_closed
        if self.treat_as_closed == "off":
            return None
        return fiscal_year_start(today, fiscal_start_month, years_back=1) - timedelta(days=1)


def fiscal_year_start(day: date, start_month: int, *, years_back: int = 0) -> date:
    """The first day of the fiscal year that `day` lies in, or of one so many years before it."""
    year = day.year if day.month >= start_month else day.year - 1
    return date(year - years_back, start_month, 1)


class Reconciliation(Section):
    """When the proof fails although every difference is explained."""

    explained_growth_percent: Percent = Field(
        "10",
        validate_default=True,
        description="explained differences may grow by this share of a month's total from one run to the next",
    )


class Pause(Section):
    """A record that a person keeps out of the sync."""

    object: Entity
    hubspot: Text | None = Field(None, description="its id in HubSpot")
    quickbooks: Text | None = Field(None, description="its id in QuickBooks")
    who: Text
    why: Text
    until: date | None = Field(None, description="the last day of the pause; not said: until it is taken out")

    @model_validator(mode="after")
    def _named(self) -> Pause:
        if self.hubspot is None and self.quickbooks is None:
            raise ValueError("a pause names the record's id in hubspot or in quickbooks")
        return self
