"""Faults on demand that are HubSpot's own: what the frame's common faults do not cover.

Before the request takes effect: refusals of each kind, and a person who changes or deletes its target. Afterwards:
an answer that is short, partly failed, or late.
"""

from __future__ import annotations

import json
from typing import Any

from hsqbo_pipeline.sandbox.frame.faults import Fault
from hsqbo_pipeline.sandbox.hubspot import amounts, throttle, writing
from hsqbo_pipeline.sandbox.hubspot.crm import A_PERSON, Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import find_kind
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, invalid, missing_scopes
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import Request
from hsqbo_pipeline.sandbox.hubspot.values import instant_ms, is_digits

THROTTLED = {
    "429": throttle.TEN_SECONDLY,
    "429_ten_secondly": throttle.TEN_SECONDLY,
    "429_item": throttle.TEN_SECONDLY,
    "429_daily": throttle.DAILY,
    "429_secondly": throttle.SECONDLY,
}
_TOUCHED = {
    "contacts": {"jobtitle": "Changed meanwhile"},
    "companies": {"description": "Changed meanwhile"},
    "deals": {"description": "Changed meanwhile"},
    "products": {"description": "Changed meanwhile"},
    "line_items": {"description": "Changed meanwhile"},
    "invoices": {"hs_comments": "Changed meanwhile"},
    "commerce_payments": {"hs_internal_comment": "Changed meanwhile"},
    "notes": {"hs_note_body": "Changed meanwhile"},
}


def refuse(fault: Fault) -> None:
    """Raises the RefusalError a fault stands for, if it stands for one."""
    if fault.do == "401":
        raise RefusalError(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call has expired.")
    if fault.do == "system_fault":
        raise RefusalError(500, "INTERNAL_ERROR", "internal error")
    if fault.do == "403":
        raise missing_scopes(list(fault.rule.get("scopes", ["crm.objects.contacts.read"])))
    if fault.do == "423":
        raise RefusalError(423, "LOCKED", "The objects are being changed by another request; try again in 2 seconds")
    if fault.do == "477":
        raise RefusalError(477, "MIGRATION_IN_PROGRESS", "This account is being migrated; try again later")
    if fault.do == "batch_refused":
        raise invalid("The batch could not be carried out")


def meddle(crm: Crm, fault: Fault, request: Request) -> None:
    """Lets a person change or delete what the request is about to write to."""
    if fault.do not in ("change_before_write", "delete_before_write", "stale_token"):
        return
    kind, records = _targets(crm, request)
    for record in records[:1]:
        if fault.do == "delete_before_write":
            writing.archive(crm, kind, record, A_PERSON)
        else:
            fields = fault.rule.get("fields") or _TOUCHED.get(kind, {})
            writing.update(crm, kind, record, fields, A_PERSON)
    amounts.refresh(crm)


def without_one(fault: Fault, request: Request) -> dict[str, Any] | None:
    """Takes one input out of a batch that shall fail in part; None if the request is no batch or no such fault."""
    if fault.do != "partial_207":
        return None
    body = request.object()
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        return None
    marked = str(fault.rule.get("when", {}).get("record", ""))
    lost: dict[str, Any] = next((each for each in inputs if marked and marked in str(each)), inputs[0])
    body["inputs"] = [each for each in inputs if each is not lost]
    request.raw = json.dumps(body, default=str).encode()
    return lost


def shorten(crm: Crm, fault: Fault, reply: Reply, lost: dict[str, Any] | None) -> Reply:
    """Spoils an answer: a truncated page, a search that lags behind further, one input of a batch failed."""
    if not isinstance(reply.body, dict):
        return reply
    if fault.do == "fault_in_200":
        return Reply(200, {"status": "error", "message": "internal error", "category": "INTERNAL_ERROR"})
    results = reply.body.get("results")
    if not isinstance(results, list):
        return reply
    if fault.do == "truncate_page":
        reply.body["results"] = results[: len(results) // 2]
        reply.body.pop("paging", None)
    elif fault.do == "search_lag":
        newest = crm.now_ms() - int(float(fault.rule.get("seconds", 60)) * 1000)
        reply.body["results"] = [each for each in results if (instant_ms(each.get("updatedAt", "")) or 0) <= newest]
    elif lost is not None:
        refusal = RefusalError(500, "INTERNAL_ERROR", "This input could not be written")
        entry = refusal.multi_status(objectWriteTraceId=[str(lost.get("objectWriteTraceId", ""))])
        reply.body.setdefault("errors", []).append(entry)
        reply.body["numErrors"] = len(reply.body["errors"])
        reply.status = 207
    return reply


def _targets(crm: Crm, request: Request) -> tuple[str, list[Record]]:
    kind = find_kind(request.names.get("type", ""))
    if kind is None:
        return "", []
    keys = [(request.names.get("id", ""), None)] if "id" in request.names else []
    body = request.json()
    for each in body.get("inputs", []) if isinstance(body, dict) else []:
        keys.append((str(each.get("id", "")), each.get("idProperty")))
    store = crm.stores[kind.name]
    ids = [
        store.holder(name, key) if name in store.unique else int(key) if is_digits(key) else None for key, name in keys
    ]
    found = [store.find(each) for each in ids if each is not None]
    return kind.name, [each for each in found if each is not None]
