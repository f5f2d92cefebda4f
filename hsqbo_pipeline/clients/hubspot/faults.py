"""HubSpot's refusals as our reason codes: one table, looked up by status, category and HubSpot's inner codes.

HubSpot calls every field of its error body optional, so each is used where it is there and none is required; English
patterns on the message come last. Sources: error-handling guide and client sources; bodies seen by others in live
portals for 409, duplicate ids and refused associations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hsqbo_pipeline.clients.faults import REMOTE, UNMAPPED, Fault
from hsqbo_pipeline.clients.redaction import short_message

SYSTEM = "hubspot"
LOCK_WAIT_S = 2.0  # 423: the lock lasts two seconds


@dataclass(frozen=True, slots=True)
class Row:
    """Status (0: any), one of the inner words, or a text pattern become `code`; the first row that fits wins."""

    code: str
    status: int = 0
    words: str = ""
    says: str = ""

    def fits(self, status: int, words: set[str], text: str) -> bool:
        """Whether this row speaks about the error at hand."""
        return (
            self.status in {0, status}
            and (not self.words or bool(words & set(self.words.split())))
            and re.search(self.says, text, re.IGNORECASE) is not None
        )


TABLE = (
    Row("AUTH_HS_EXPIRED", 401),
    Row("AUTH_HS_EXPIRED", words="INVALID_AUTHENTICATION EXPIRED_AUTHENTICATION"),
    Row("RATE_HS_DAILY", 429, words="DAILY"),
    Row("RATE_HS_DAILY", 429, says=r"\bdaily\b"),
    Row("RATE_HS_BURST", 429),
    Row("RATE_HS_BURST", 423),
    Row("AUTH_MISSING_SCOPES", 403),
    Row("AUTH_MISSING_SCOPES", words="MISSING_SCOPES USER_DOES_NOT_HAVE_PERMISSIONS"),
    Row("REF_REMOTE_GONE", 404),
    Row("REF_REMOTE_GONE", words="OBJECT_NOT_FOUND"),
    Row("ID_TOO_MANY_MERGES", says=r"merge limit|more than 250|250 (merges|identities)"),
    Row("ID_DUPLICATE_IN_BATCH", says=r"duplicate ids? found"),
    Row("ID_DUPLICATE_IN_BATCH", 409),
    Row("ID_DUPLICATE_IN_BATCH", words="CONFLICT OBJECT_ALREADY_EXISTS"),
    Row(REMOTE, words="INTERNAL_ERROR"),
    Row("CFG_FIELD_MISSING", words="PROPERTY_DOESNT_EXIST PROPERTY_NOT_FOUND"),
    Row("CFG_FIELD_READ_ONLY", words="READ_ONLY_VALUE READ_ONLY_PROPERTY"),
    Row("ID_BAD_EMAIL", words="INVALID_EMAIL"),
    Row("VAL_REQUIRED", words="MISSING_REQUIRED_PROPERTY MISSING_CONDITIONAL_REQUIRED_PROPERTY REQUIRED_FIELD"),
    Row("INV_LINE_NEGATIVE", says=r"price.*(negative|greater than or equal|at least 0)|negative price"),
    Row("VAL_TOO_LONG", says=r"too long|longer than|maximum length|exceeds .* characters"),
    Row("VAL_OPTION", words="INVALID_OPTION INVALID_INTEGER INVALID_NUMBER INVALID_DATE INVALID_BOOLEAN INVALID_LONG"),
    Row("VAL_TOO_LONG", words="PROPERTY_VALUE_TOO_LONG VALUE_TOO_LONG TOO_LONG"),
    Row("ID_DUPLICATE_IN_BATCH", words="DUPLICATE_VALUE UNIQUE_VALUE_CONFLICT"),
    Row("ID_DUPLICATE_IN_BATCH", says=r"already (has|have|exists|in use)|must be unique"),
    Row("REF_INVALID", words="INVALID_OBJECT_IDS"),
    Row("REF_INVALID", says=r"associations? (is|are) invalid"),
    Row("INV_NO_LINES", says=r"at least (one|1) (associated )?line item|line items? (is|are) required"),
    Row("CUR_MISMATCH", says=r"currenc"),
    Row("INV_FINALISED_NUMBER", says=r"finali[sz]ed.*(number|hs_number)"),
    Row("VAL_REQUIRED", says=r"is required|required propert|missing required"),
)


def classify(status: int, body: Mapping[str, Any], secrets: Iterable[str] = ()) -> Fault:
    """An error body, or one entry of a 207's `errors`, as a Fault of ours. Unknown ones become SYS_UNMAPPED_ERROR."""
    inner = [*_dicts(body.get("errors")), *_listed_in(str(body.get("message") or ""))]
    words, field = _words(body, inner), _field(inner)
    message = str(body.get("message") or "")
    text = " ".join([message, *(str(part.get("message") or "") for part in inner)])
    code = next((row.code for row in TABLE if row.fits(status, words, text)), None)
    return Fault(
        code or (REMOTE if status >= 500 or status == 477 else UNMAPPED),
        status,
        str(body.get("subCategory") or body.get("category") or body.get("policyName") or ""),
        _shown(message, inner, secrets),
        field,
        request_id=str(body["correlationId"]) if body.get("correlationId") else None,
        system=SYSTEM,
    )


def existing_id(message: str) -> str | None:
    """The record that already holds the value, from a conflict's message ("… Existing ID: 123", seen live)."""
    found = re.search(r"existing (?:id|object id)\D{0,3}(\d+)", message, re.IGNORECASE)
    return found.group(1) if found else None


class HubSpotDialect:
    """How HubSpot answers: by status; 429 and 423 were not carried out and may be repeated."""

    name = SYSTEM

    def request_id(self, headers: Mapping[str, str]) -> str | None:
        """The correlation id from the header; an error's body carries it too."""
        return headers.get("x-hubspot-correlation-id")

    def judge(
        self, status: int, headers: Mapping[str, str], data: Any, subject: str, secrets: Iterable[str]
    ) -> Fault | None:
        """None for 2xx (207 included: its errors concern single inputs), else what went wrong."""
        del subject  # HubSpot's codes mean the same for every object
        if 200 <= status < 300:
            return None
        fault = classify(status, data if isinstance(data, dict) else {}, secrets)
        return _with_wait(fault, data, headers.get("retry-after", ""))


def _with_wait(fault: Fault, data: Any, retry_after: str) -> Fault:
    """How long to keep away. Ten seconds for the ten-second window, one for search's (official Node client)."""
    if fault.code != "RATE_HS_BURST":
        return fault
    if retry_after.isdigit():
        wait = float(retry_after)
    elif fault.status == 423:
        wait = LOCK_WAIT_S
    else:
        secondly = isinstance(data, dict) and data.get("policyName") == "SECONDLY"
        wait = 1.0 if secondly else 10.0
    return replace(fault, wait_s=wait)


def _words(body: Mapping[str, Any], inner: list[dict[str, Any]]) -> set[str]:
    found = {str(body.get(key) or "") for key in ("category", "subCategory", "policyName")}
    found |= {str(part.get(key) or "") for part in inner for key in ("code", "error", "subCategory")}
    for part in (body, *inner):
        context = part.get("context")
        found |= set(context) if isinstance(context, dict) else set()
    return {word.rsplit(".", 1)[-1] for word in found if word}


def _field(inner: list[dict[str, Any]]) -> str | None:
    for part in inner:
        context = part.get("context")
        named = context.get("propertyName") if isinstance(context, dict) else None
        name = named[0] if isinstance(named, list) and named else part.get("name") or part.get("in")
        if name:
            return str(name)
    return None


def _shown(message: str, inner: list[dict[str, Any]], secrets: Iterable[str]) -> str:
    """The message without the JSON array that HubSpot appends to it; that one repeats the record's own values."""
    head = message.split("[{", 1)[0].strip().rstrip(":")
    said = next((str(part["message"]) for part in inner if part.get("message")), "")
    return short_message(f"{head}: {said}" if said and said not in head else head, secrets)


def _listed_in(message: str) -> list[dict[str, Any]]:
    """The property errors that stand as a JSON array inside the message text."""
    begin, end = message.find("[{"), message.rfind("}]")
    if begin < 0 or end < begin:
        return []
    try:
        return _dicts(json.loads(message[begin : end + 2]))
    except ValueError:
        return []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
