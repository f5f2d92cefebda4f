"""`sync.yaml` as typed models: what a person decided about one connection.

`load(path)` and `parse(text)` read the file and tell every mistake in it at once, each with its line; `Rules` is what
the rest of the program sees; `json_schema()` is what an editor checks against while one types.
"""

from __future__ import annotations

from hsqbo_pipeline.model.rules.custom_fields import CustomField
from hsqbo_pipeline.model.rules.documents import Fees, Invoices, Payments, ServiceDate, Source, Tax
from hsqbo_pipeline.model.rules.filters import START, Condition, Filter, Group, Groups, Operator
from hsqbo_pipeline.model.rules.guards import Closing, Limits, Pause, Reconciliation, fiscal_year_start
from hsqbo_pipeline.model.rules.loading import json_schema, load, parse
from hsqbo_pipeline.model.rules.masters import Customers, DisplayName, Products
from hsqbo_pipeline.model.rules.whole import Mode, Rules
from hsqbo_pipeline.model.rules.words import DirectionWord, FieldSetting, Match, ObjectRules, Winner

__all__ = [
    "START",
    "Closing",
    "Condition",
    "CustomField",
    "Customers",
    "DirectionWord",
    "DisplayName",
    "Fees",
    "FieldSetting",
    "Filter",
    "Group",
    "Groups",
    "Invoices",
    "Limits",
    "Match",
    "Mode",
    "ObjectRules",
    "Operator",
    "Pause",
    "Payments",
    "Products",
    "Reconciliation",
    "Rules",
    "ServiceDate",
    "Source",
    "Tax",
    "Winner",
    "fiscal_year_start",
    "json_schema",
    "load",
    "parse",
]
