"""Reports without personal data: names become initials, addresses lose their local part, what a person typed is left out.

What a sentence may keep is a list of slots that never hold personal data; a slot that nobody thought of is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.codes import CODES, mask_emails, render

# Everything else a sentence is told may be a person's name or what a person typed.
_IMPERSONAL = {
    "allowed", "amount", "balance", "closed", "condition", "count", "currency", "date", "difference", "direction", "expected",
    "field", "fields", "found", "id", "klass", "limit", "line", "linked", "number", "object", "other_sku", "plan", "policy",
    "rate", "scope", "setting", "sku", "start", "status", "sum", "system", "tax", "total", "type",
}  # fmt: skip
_NAMES_PEOPLE = frozenset({"customer", "payment"})


def initials(name: str | None) -> str | None:
    """`A. L.` for `Ada Lovelace`; None stays None."""
    if name is None:
        return None
    return " ".join(f"{word[0].upper()}." for word in name.split()[:3] if word[0].isalnum()) or "…"


def masked(row: Mapping[str, Any]) -> Row:
    """A row of `record_states` without personal data; keys it does not have stay away."""
    hidden = dict(row)
    if hidden.get("label") is not None:
        hidden["label"] = initials(row["label"]) if row["entity"] in _NAMES_PEOPLE else mask_emails(row["label"])
    if row.get("code") in CODES:
        hidden["sentence"], hidden["fix"] = _told_again(row["code"], row.get("slots"))
    if hidden.get("slots") is not None:
        hidden["slots"] = json.dumps(_kept(row["slots"]))
    if hidden.get("reasons") is not None:
        hidden["reasons"] = json.dumps([_reason(each) for each in json.loads(row["reasons"])])
    return hidden


def _told_again(code: str, slots: Any) -> tuple[str, str]:
    text = render(code, **_kept(slots))
    return text.sentence, text.fix


def _kept(slots: Any) -> dict[str, Any]:
    parsed = json.loads(slots) if isinstance(slots, str) else (slots or {})
    return {name: value for name, value in parsed.items() if name in _IMPERSONAL and not isinstance(value, Mapping)}


def _reason(reason: Mapping[str, Any]) -> dict[str, Any]:
    sentence, fix = _told_again(reason["code"], reason.get("slots"))
    return {"code": reason["code"], "slots": _kept(reason.get("slots")), "sentence": sentence, "fix": fix}
