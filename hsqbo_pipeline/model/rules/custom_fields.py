"""Mappings that a person adds to the default field map: one HubSpot property, one QuickBooks field.

Only what can be told without asking either system is checked here; types, and whether the fields exist, are checked
against both systems' metadata when a run begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules.words import Direction, DirectionWord, Section, Text, Winner

REACHABLE_CUSTOM_FIELDS = 3  # QuickBooks' REST interface shows no more (DefinitionId 1 to 3)

# Kept by QuickBooks itself, or decided once at creation: no mapping may write them.
_QUICKBOOKS_OWN = re.compile(
    r"(?i)^(Id|SyncToken|MetaData(\..*)?|domain|sparse|Balance|BalanceWithJobs|OpenBalance.*|TotalAmt|HomeTotalAmt|HomeBalance"
    r"|FullyQualifiedName|Level|QtyOnHand|TxnTaxDetail(\..*)?|LinkedTxn.*|ExchangeRate|Deposit|EmailStatus|PrintStatus"
    r"|invoiceStatus|AllowOnline.*|DisplayName|CurrencyRef(\..*)?|ParentRef(\..*)?|Job|Type|.*AccountRef(\..*)?|InvStartDate"
    r"|Taxable|DefaultTaxCodeRef(\..*)?|SalesTaxCodeRef(\..*)?|Active|Line(\..*)?|CustomerRef(\..*)?)$"
)
_HUBSPOT_OWN = re.compile(
    r"^(hs_object_id|hs_lastmodifieddate|lastmodifieddate|createdate|hs_createdate|qbo_[a-z_]+|hs_calculated_.*"
    r"|hs_balance_due|hs_amount_billed|hs_invoice_source|hs_external_.*|hs_invoice_latest_.*)$"
)
_CUSTOM_FIELD = re.compile(r"^CustomField\.(\d+)$")


def _reachable(path: str) -> str:
    numbered = _CUSTOM_FIELD.match(path)
    if numbered and not 1 <= int(numbered[1]) <= REACHABLE_CUSTOM_FIELDS:
        raise PydanticCustomError(
            "CFG_CUSTOM_FIELD_LIMIT",
            "QuickBooks shows only its first three custom fields: CustomField.1, CustomField.2 and CustomField.3",
        )
    return path


Property = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Path = Annotated[
    Text, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$"), AfterValidator(_reachable)
]


class CustomField(Section):
    """One added mapping. `direction` and `winner` are the object's where not said."""

    hubspot: Property = Field(description="the HubSpot property's internal name, such as po_number")
    quickbooks: Path = Field(description="the QuickBooks field, such as Notes, or CustomField.1 to CustomField.3")
    direction: Direction | None = None
    winner: Winner | None = None
    blank_overwrites: bool = False

    @model_validator(mode="after")
    def _writable(self) -> CustomField:
        """Fields that belong to one system alone may be read into the other, never written."""
        targets = (self.direction or DirectionWord.BOTH).targets
        if System.QUICKBOOKS in targets and _QUICKBOOKS_OWN.match(self.quickbooks):
            raise PydanticCustomError(
                "CFG_FIELD_READ_ONLY",
                "{name} of QuickBooks is never written by a mapping; use direction quickbooks_to_hubspot",
                {"name": self.quickbooks},
            )
        if System.HUBSPOT in targets and _HUBSPOT_OWN.match(self.hubspot):
            raise PydanticCustomError(
                "CFG_FIELD_READ_ONLY",
                "{name} of HubSpot is never written by a mapping; use direction hubspot_to_quickbooks",
                {"name": self.hubspot},
            )
        return self


def _no_field_twice(fields: tuple[CustomField, ...]) -> tuple[CustomField, ...]:
    for name in (_doubled(field.hubspot for field in fields), _doubled(field.quickbooks for field in fields)):
        if name:
            raise ValueError(f"{name} is mapped twice")
    return fields


def _doubled(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


CustomFields = Annotated[tuple[CustomField, ...], AfterValidator(_no_field_twice)]
