"""Where companies are the customers: their contacts are told which QuickBooks customer they bill to.

A contact is never a second partner of a customer. It gets a link of role `alias` and the property `qbo_alias_of`, and loses
both when it leaves the company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, LinkedId, Operation, Step, StepAction, Wave, operation_id

SQL = Statements(Path(__file__).parent / "sql")
BY_COMPANY = "company"
Changes = Mapping[str, Sequence[Row]]


def read_changes(con: duckdb.DuckDBPyConnection, situation: Situation) -> Changes:
    """By company, the contacts that join it or leave it as the customer's further contacts."""
    if situation.rules.customers.bill != "companies":
        return {}
    SQL.run(con, "match_aliases", realm=situation.company.realm)
    found: dict[str, list[Row]] = {}
    for row in SQL.rows(con, "alias_changes"):
        found.setdefault(row["company_id"], []).append(row)
    return found


def with_contacts(verdict: Verdict, changes: Changes, situation: Situation) -> Verdict:
    """The verdict on a company that is (or becomes) a customer's partner, with what its contacts are told."""
    pending = verdict.quickbooks_id is None and not any(one.action is Action.CREATE for one in verdict.operations)
    tied = verdict.code in ("OPS_UNCHANGED", "CONF_BOTH_CHANGED", "CONF_HELD", "ID_MERGED_AWAY")
    if verdict.hubspot_id is None or pending or not tied:
        return verdict
    told = tuple(_operation(row, verdict, situation) for row in changes.get(verdict.hubspot_id, ()))
    return replace(verdict, operations=(*verdict.operations, *told)) if told else verdict


def _operation(row: Row, verdict: Verdict, situation: Situation) -> Operation:
    company, contact = str(verdict.hubspot_id), str(row["contact_id"])
    customer = _customer(row, verdict, company)
    body: dict[str, Any] = {"qbo_alias_of": _marked(customer, situation) if row["joins"] else ""}
    if row["joins"] and row["mark"]:
        body["qbo_id"] = ""  # a main partner of the time when people were the customers
    sequence = situation.sequences.get((Entity.CUSTOMER, System.HUBSPOT, contact), 0)
    word = "alias" if row["joins"] else "alias-end"
    on_done: dict[str, Any] = {"link": _link(contact, customer)} if row["joins"] else {"unlink": [contact, customer]}
    return Operation(
        operation_id=operation_id(situation.company.realm, Entity.CUSTOMER, System.HUBSPOT, contact, word, sequence),
        wave=Wave.FIGURES,
        entity=Entity.CUSTOMER,
        system=System.HUBSPOT,
        action=Action.LINK,
        source_system=System.HUBSPOT,
        source_id=contact,
        hubspot_id=contact,
        quickbooks_id=verdict.quickbooks_id,
        label=f"contact {contact} of {verdict.label or company}",
        steps=(Step(1, System.HUBSPOT, "contacts", StepAction.UPDATE, body, target=contact),),
        on_done=on_done,
    )


def _customer(row: Row, verdict: Verdict, company: str) -> Any:
    """The customer's id; a reference while QuickBooks is only getting it."""
    known = row["quickbooks_id"] or verdict.quickbooks_id
    return known or LinkedId(Entity.CUSTOMER, System.QUICKBOOKS, company).as_json()


def _marked(customer: Any, situation: Situation) -> Any:
    return situation.mark(customer) if isinstance(customer, str) else {**customer, "prefix": situation.mark("")}


def _link(contact: str, customer: Any) -> dict[str, Any]:
    return {
        "entity": Entity.CUSTOMER.value,
        "hubspot_id": contact,
        "quickbooks_id": customer,
        "role": "alias",
        "hubspot_object": "contacts",
        "quickbooks_object": "Customer",
        "owner": System.QUICKBOOKS.value,
        "matched_by": BY_COMPANY,
    }
