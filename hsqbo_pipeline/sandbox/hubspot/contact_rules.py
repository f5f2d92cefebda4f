"""Contacts: e-mails are lower-cased and unique, secondary ones included; a forgotten address never comes back."""

from __future__ import annotations

import re

from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, bad_property
from hsqbo_pipeline.sandbox.hubspot.store import additional_emails

_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]+")
STAGES = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
    "other",
)  # fmt: skip
_FREE_MAIL = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "aol.com", "gmx.de"})


def check(crm: Crm, draft: Draft, _: Actor) -> None:
    """Normalises the e-mails of a contact and refuses what another contact holds (409)."""
    values = draft.values
    if values.get("email"):
        values["email"] = _email(crm, values["email"])
    if values.get("hs_additional_emails"):
        values["hs_additional_emails"] = ";".join(_email(crm, each) for each in additional_emails(values))
    keep_stage_forward(draft)
    for address in [values.get("email", ""), *additional_emails(values)]:
        holder = crm.stores["contacts"].holder("email", address) if address else None
        if holder is not None and (draft.record is None or holder != draft.record.id):
            raise already_exists(holder)


def already_exists(holder: int) -> RefusalError:
    """409 for an e-mail that a contact already has; it names one contact only and refuses a whole batch."""
    return RefusalError(409, "CONFLICT", f"Contact already exists. Existing ID: {holder}")


def keep_stage_forward(draft: Draft) -> None:
    """Drops a lifecycle stage that lies before the present one: it moves forward only, and back only over empty."""
    wanted = draft.values.get("lifecyclestage")
    before = draft.record.get("lifecyclestage") if draft.record else None
    if wanted and before and STAGES.index(wanted) < STAGES.index(before):
        del draft.values["lifecyclestage"]


def company_domain(email: str) -> str | None:
    """The domain HubSpot makes a company of when the account creates companies by itself; none for free mail."""
    domain = email.rpartition("@")[2]
    return domain if domain and domain not in _FREE_MAIL else None


def _email(crm: Crm, text: str) -> str:
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise bad_property("email", "INVALID_EMAIL", f"Email address {text} is invalid")
    if address in crm.blocked_emails:
        raise bad_property("email", "GDPR_BLOCKLISTED", f"Email address {address} has been blocklisted")
    return address
