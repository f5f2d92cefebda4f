"""Payments, companies, deals, notes: what HubSpot asks of each beyond its property types."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.hubspot.contact_rules import keep_stage_forward
from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, bad_property, invalid
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

PROCESSORS = frozenset({"hs_payments", "byo_stripe"})
_NOTE_LENGTH = 65_536


def made_by_processor(payment: Record) -> bool:
    """Whether money was moved by HubSpot payments or Stripe: such a payment is out of the API's reach."""
    return payment.born.type != "INTEGRATION" and payment.get("hs_processor_type") in PROCESSORS


def check_payment(crm: Crm, draft: Draft, actor: Actor) -> None:
    """Defaults of a new payment; no change through the API to one that a processor made."""
    values = draft.values
    if draft.record is None:
        if not actor.person and crm.switches.hs_payments_need_processor:
            raise RefusalError(403, "FORBIDDEN", "This account has no payment processor connected")
        # A payment is "processing" until its writer says otherwise: an invoice is not paid by omission.
        values["hs_latest_status"] = values.get("hs_latest_status") or "processing"
        values["hs_currency_code"] = values.get("hs_currency_code") or crm.account.company_currency
        values["hs_payment_creation_method"] = values.get("hs_payment_creation_method") or "OTHER"
        values["hs_hubspot_payments_enabled"] = "false"
    elif not actor.person and made_by_processor(draft.record):
        definitions = crm.stores["commerce_payments"].definitions
        custom = all(not definitions.by_name[name].hubspot_defined for name in values)
        if not (custom and crm.switches.hs_processor_payments_take_custom):
            raise invalid(
                f"Payment {draft.record.id} was made by a payment processor and can not be changed",
                id=[str(draft.record.id)],
            )


def refuse_payment_deletion(crm: Crm, payment: Record, actor: Actor) -> None:
    """400 for archiving a processor's payment, or any payment where the switch says so."""
    if not actor.person and (made_by_processor(payment) or not crm.switches.hs_payments_archivable):
        raise invalid(f"Payment {payment.id} can not be deleted", id=[str(payment.id)])


def check_company(_: Crm, draft: Draft, __: Actor) -> None:
    """A company has a name or a domain. Domains are not de-duplicated by the API."""
    if not draft.after("name") and not draft.after("domain"):
        raise invalid("A company needs at least one of name and domain")
    if draft.values.get("domain"):
        draft.values["domain"] = draft.values["domain"].strip().lower()
    keep_stage_forward(draft)


def check_deal(crm: Crm, draft: Draft, _: Actor) -> None:
    """A deal has a name and a stage; its pipeline and currency are the account's unless sent."""
    values = draft.values
    for name in ("dealname", "dealstage"):
        if not draft.after(name):
            raise bad_property(name, "MISSING_REQUIRED_PROPERTY", f"{name} is required")
    if draft.record is None:
        values["pipeline"] = values.get("pipeline") or "default"
        values["deal_currency_code"] = values.get("deal_currency_code") or crm.account.company_currency
    pinned = values.get("hs_pinned_engagement_id")
    if pinned:
        notes = crm.links.targets("notes", int(pinned), "deals") if is_digits(pinned) else []
        if draft.record is None or draft.record.id not in notes:
            raise bad_property("hs_pinned_engagement_id", "INVALID_OPTION", "Only an associated note can be pinned")


def check_note(_: Crm, draft: Draft, __: Actor) -> None:
    """A note's body has a limit."""
    if len(draft.values.get("hs_note_body", "")) > _NOTE_LENGTH:
        raise bad_property("hs_note_body", "INVALID_STRING", f"hs_note_body is longer than {_NOTE_LENGTH} characters")
