"""The rules for customers and products."""

from __future__ import annotations

from string import Formatter
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hsqbo_pipeline.model.rules.custom_fields import CustomFields
from hsqbo_pipeline.model.rules.filters import ALL, RECOMMENDED, CustomersFilter, Filter, PlainFilter
from hsqbo_pipeline.model.rules.words import Direction, DirectionWord, FieldSetting, Match, ObjectRules, Section, Text

CustomerField = Literal[
    "email", "first_name", "last_name", "phone", "company", "address", "city", "state", "zip", "country"
]
ProductField = Literal["name", "sku", "description", "price", "cost"]
NAME_SLOTS = ("company", "first", "last", "email")


class DisplayName(Section):
    """What a new QuickBooks customer is called. Written once: a customer is never renamed by the sync."""

    from_company: bool = Field(True, description="true: the name of the associated company comes first")
    template: Text | None = Field(
        None, description="a pattern instead, such as '{company} - {last}, {first}'; used where all its parts are known"
    )
    fallbacks: tuple[Literal["person", "email"], ...] = Field(
        ("person", "email"), description="what to use next, in this order: first and last name, e-mail address"
    )

    @field_validator("template")
    @classmethod
    def _known_slots(cls, template: str | None) -> str | None:
        if template is not None:
            slots = {name for _text, name, _spec, _conversion in Formatter().parse(template) if name is not None}
            if not slots or not slots <= set(NAME_SLOTS):
                raise ValueError(f"must use at least one of {{{'}, {'.join(NAME_SLOTS)}}} and nothing else in braces")
        return template


class Customers(ObjectRules):
    """Contacts in HubSpot, customers in QuickBooks."""

    match: Match = Match()
    bill: Literal["people", "companies"] = Field(
        "people", description="people: a contact is a customer. companies: a company is, its contacts share it"
    )
    display_name: DisplayName = DisplayName()
    display_name_clash: Literal["fail", "link", "suffix"] = Field(
        "fail", description="when the name is taken in QuickBooks: report it, link with the holder, or add a suffix"
    )
    forbidden_characters: Literal["refuse", "clean"] = Field(
        "refuse",
        description="colon, tab and line break in a name: report it, or replace them and cut to 100 characters",
    )
    create_companies: bool = Field(False, description="true: make HubSpot companies from QuickBooks' company names")
    quickbooks_to_hubspot_filter: PlainFilter = RECOMMENDED
    hubspot_to_quickbooks_filter: CustomersFilter = RECOMMENDED
    inactive: Literal["exclude", "include"] = Field("exclude", description="inactive QuickBooks customers")
    on_deleted: Literal["keep", "archive"] = Field(
        "keep", description="when one side is deleted: keep the other, or archive it (HubSpot) or make it inactive"
    )
    fields: dict[CustomerField, FieldSetting] = Field(default_factory=dict)
    custom_fields: CustomFields = ()

    @field_validator("match")
    @classmethod
    def _matchable(cls, match: Match) -> Match:
        allowed = ("email", "first_name", "last_name", "phone", "company", "display_name", "zip", "city")
        return _match_fields(match, allowed)


class Products(ObjectRules):
    """Products in HubSpot, products and services in QuickBooks."""

    direction: Direction = DirectionWord.QUICKBOOKS_TO_HUBSPOT
    match: Match = Match()
    sku_required: bool = Field(True, description="false: records without a SKU come along, matched by name")
    name_clash: Literal["fail", "suffix_sku", "link"] = Field(
        "fail",
        description="when an item's name is taken or impossible: report it, add ' [SKU]', or link with the holder",
    )
    income_account: Text | None = Field(None, description="for items made in QuickBooks: an account's id or name")
    expense_account: Text | None = Field(None, description="for items made with a cost: an account's id or name")
    quickbooks_to_hubspot_filter: PlainFilter = ALL
    hubspot_to_quickbooks_filter: PlainFilter = ALL
    inactive: Literal["exclude", "include"] = Field("exclude", description="inactive QuickBooks items")
    on_deleted: Literal["keep", "archive"] = "keep"
    fields: dict[ProductField, FieldSetting] = Field(default_factory=dict)
    custom_fields: CustomFields = ()

    @field_validator("match")
    @classmethod
    def _matchable(cls, match: Match) -> Match:
        return _match_fields(match, ("sku", "name"))

    @model_validator(mode="after")
    def _reachable(self) -> Products:
        if not self.sku_required and self.match.mode == "none":
            raise ValueError("sku_required: false matches by name, which match.mode: none forbids")
        return self


def _match_fields(match: Match, allowed: tuple[str, ...]) -> Match:
    unknown = [name for name in match.fields if name not in allowed]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} cannot be matched by; allowed: {', '.join(allowed)}")
    if (match.mode == "fields") != bool(match.fields):
        raise ValueError("mode fields wants at least one of fields, and no other mode takes any")
    return match


__all__ = ["CustomerField", "Customers", "DisplayName", "Filter", "ProductField", "Products"]
