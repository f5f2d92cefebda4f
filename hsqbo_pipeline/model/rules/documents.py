"""The rules for invoices, payments, tax and fees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hsqbo_pipeline.model.rules.custom_fields import CustomFields
from hsqbo_pipeline.model.rules.filters import RECOMMENDED, InvoicesFilter, PlainFilter
from hsqbo_pipeline.model.rules.words import (
    Direction,
    DirectionWord,
    FieldSetting,
    ObjectRules,
    OffWord,
    Section,
    Text,
    or_short,
)

InvoiceField = Literal["number", "invoice_date", "due_date", "memo"]
OwnerField = Literal["memo", "due_date"]


class Source(Section):
    """Where a value comes from that HubSpot has no field for: always the same, or a property."""

    value: Text | None = Field(None, description="always this: an id or a name")
    property: Text | None = Field(None, description="the HubSpot property that holds the id or name")
    object: Literal["invoices", "line_items", "deals"] = Field("invoices", description="the object of that property")

    @model_validator(mode="before")
    @classmethod
    def _plain_value(cls, data: Any) -> Any:
        return data if isinstance(data, (Mapping, Source)) else {"value": data}

    @model_validator(mode="after")
    def _one(self) -> Source:
        if (self.value is None) == (self.property is None):
            raise ValueError("say a value, or the property that holds it")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return or_short(schema, handler, {"type": ["string", "integer"]})


class ServiceDate(Section):
    """The service date of a line on its way to QuickBooks, which wants one where revenue recognition is on."""

    rule: Literal["none", "invoice_date", "month_start", "property"] = "none"
    property: Text | None = Field(None, description="with rule property: the HubSpot date property")
    object: Literal["line_items", "invoices", "deals"] = "line_items"

    @model_validator(mode="before")
    @classmethod
    def _word_or_property(cls, data: Any) -> Any:
        """`invoice_date` alone, or `{property: …}` alone, is enough."""
        if isinstance(data, str):
            return {"rule": data}
        return {"rule": "property", **data} if isinstance(data, Mapping) and "property" in data else data

    @model_validator(mode="after")
    def _fitting(self) -> ServiceDate:
        if (self.rule == "property") != (self.property is not None):
            raise ValueError("rule property wants a property, and no other rule takes one")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return or_short(schema, handler, {"enum": ["none", "invoice_date", "month_start"]})


class Invoices(ObjectRules):
    """Invoices with their lines."""

    direction: Direction = DirectionWord.QUICKBOOKS_TO_HUBSPOT
    quickbooks_to_hubspot_filter: PlainFilter = RECOMMENDED
    hubspot_to_quickbooks_filter: InvoicesFilter = RECOMMENDED
    unsafe_outgoing_filter: bool = Field(
        False, description="true: hubspot_to_quickbooks_filter may be changed; each such plan waits for approval"
    )
    unmatched_line: Literal["custom_item", "fail", "create"] = Field(
        "custom_item",
        description="a HubSpot line without a QuickBooks item: put it on the custom item, fail, or make one",
    )
    custom_item_name: Text = "Custom line item"
    custom_item_income_account: Text | None = Field(None, description="an income account's id or name")
    voided_in_hubspot: Literal["void_if_unpaid_and_open", "report"] = "void_if_unpaid_and_open"
    deleted_in_quickbooks: Literal["void_mirror", "keep"] = "void_mirror"
    number_from: Literal["hubspot", "quickbooks"] = Field(
        "hubspot", description="the number of a HubSpot invoice in QuickBooks: its own, or QuickBooks' next one"
    )
    class_: Source | None = Field(None, alias="class")
    location: Source | None = None
    require_class: bool = Field(
        False, description="true: without class or location no sale, where QuickBooks tracks them"
    )
    service_date: ServiceDate = ServiceDate()
    inventory: Literal["refuse", "allow"] = Field(
        "refuse", description="allow: lines may name inventory items; posting them moves stock and cost of goods"
    )
    allow_fields_to_not_owner: tuple[OwnerField, ...] = Field(
        (), description="fields that also flow to QuickBooks on invoices that were made there"
    )
    fields: dict[InvoiceField, FieldSetting] = Field(default_factory=dict)
    custom_fields: CustomFields = ()

    @model_validator(mode="after")
    def _outgoing_is_fixed(self) -> Invoices:
        if self.hubspot_to_quickbooks_filter.preset != "recommended" and not self.unsafe_outgoing_filter:
            raise ValueError("hubspot_to_quickbooks_filter is fixed unless unsafe_outgoing_filter is true")
        return self


class Payments(ObjectRules):
    """Payments: one in HubSpot for each QuickBooks payment and invoice it pays."""

    direction: Direction = DirectionWord.QUICKBOOKS_TO_HUBSPOT
    deposit_to: dict[str, Text] = Field(
        default_factory=dict,
        description="the account HubSpot payments are booked to, gross: one for all, or one per processor and default",
        json_schema_extra={"type": ["object", "string", "integer"]},
    )
    methods: dict[str, Text] = Field(
        default_factory=dict, description="HubSpot's payment method to the id or name of QuickBooks'"
    )
    show_on_deals: bool = Field(True, description="a note about each payment on the deals of its invoice")
    workflows_exclude_backfill: bool = Field(
        False,
        description="true: a person has checked that HubSpot workflows leave records with qbo_backfill alone; "
        "outside of the sandbox the first load of payments waits for it",
    )

    @field_validator("deposit_to", mode="before")
    @classmethod
    def _one_account(cls, value: Any) -> Any:
        return value if isinstance(value, Mapping) else {"default": value}

    def deposit_account(self, processor: str | None) -> str | None:
        """The account for payments of a processor (`hs_payments`, `byo_stripe` …), an id or name; None: not chosen."""
        return self.deposit_to.get(processor or "default") or self.deposit_to.get("default")


class Tax(Section):
    """Tax is never worked out here: these say whose figure is carried, and what is refused."""

    hs_invoice_with_tax: Literal["reject", "map"] = Field(
        "reject", description="a HubSpot invoice with tax: refuse it, or send it with the codes of `map`"
    )
    us_untaxed_hs_invoice: Literal["refuse", "send_non", "let_quickbooks_compute"] | None = Field(
        None, description="a HubSpot invoice without tax in a US company that collects sales tax; not said: it waits"
    )
    map: dict[Text, Text] = Field(
        default_factory=dict, description="HubSpot tax rate (id of its library) to QuickBooks tax code (id or name)"
    )

    @model_validator(mode="after")
    def _map_is_used(self) -> Tax:
        if self.hs_invoice_with_tax == "map" and not self.map:
            raise ValueError("hs_invoice_with_tax: map wants at least one line under map")
        return self


class Fees(Section):
    """Processing and platform fees are reported; nothing is booked."""

    book: OffWord = "off"
