"""Invoices that people make in HubSpot, on their way into the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices import guards
from hsqbo_pipeline.core.invoices.billing import billed
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.company_lists import Lists
from hsqbo_pipeline.core.invoices.drafts import Draft
from hsqbo_pipeline.core.invoices.incoming import before_start, filtered
from hsqbo_pipeline.core.invoices.items import Choice, Fallbacks, choose, fallback_lines
from hsqbo_pipeline.core.invoices.line_forms import sent_text
from hsqbo_pipeline.core.invoices.parents import Parents, Standing
from hsqbo_pipeline.core.invoices.wire import FIRST, link_row, operation
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.invoices import NEVER_SENT_TO_CUSTOMERS, figures, mark_of, note_with_mark, quickbooks_fields
from hsqbo_pipeline.mapping.lines import discount_line, money, quickbooks_line
from hsqbo_pipeline.mapping.tax import TaxCodes, TaxRefused, TaxSetting, tax_codes
from hsqbo_pipeline.model.fields import field_map, flows_to, too_long, values
from hsqbo_pipeline.model.money import plain
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction

LONGEST_DESCRIPTION = 4000


@dataclass
class Outbox:
    """What the invoices of one plan share: lists, fallback items, and the numbers given away so far."""

    lists: Lists
    fallbacks: Fallbacks
    given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sale:
    """A HubSpot invoice that may be sent, with everything looked up."""

    customer: Standing
    customer_row: Row | None
    choices: tuple[Choice, ...]
    codes: TaxCodes
    references: Mapping[str, str]
    service_dates: tuple[str | None, ...]


def kept_back(case: Case, situation: Situation) -> Verdict | None:
    """What may leave HubSpot (N5), in the order in which a person would ask."""
    row, rules = case.row(System.HUBSPOT), situation.rules
    if row["mark"]:
        # It carries our mark: its partner existed once and is gone. It is never made again (N5, H3).
        return case.verdict("DEL_REMOTE_DELETED", slots={"system": "quickbooks", "id": row["mark"].rpartition(":")[2]})
    if not rules.invoices.writes_to(System.QUICKBOOKS):
        return case.verdict("FLT_DIRECTION_OFF", slots={"object": "invoices", "direction": "hubspot_to_quickbooks"})
    if row["billable"] is False:
        return case.verdict("FLT_SOURCE", slots={"source": "another system (HubSpot does not bill it)"})
    if row["source"] is not None and row["source"] != "HubSpot":
        return case.verdict("FLT_SOURCE", slots={"source": row["source"]})
    if row["status"] not in ("open", "paid"):
        return case.verdict("FLT_STATUS", slots={"status": row["status"], "allowed": "open or paid"})
    return before_start(case, situation, System.HUBSPOT) or filtered(case, situation, System.HUBSPOT)


def create(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Draft:
    """A new QuickBooks invoice, or the reason why there is none."""
    refused = kept_back(case, situation)
    if refused is not None:
        return Draft(case, refused)
    sale = prepare(case, parents, outbox, situation)
    if isinstance(sale, Verdict):
        outbox.fallbacks.drop()
        return Draft(case, sale)
    row = case.row(System.HUBSPOT)
    if row["number"]:
        outbox.given[row["number"].strip().casefold()] = f"HubSpot invoice {case.pair.id(System.HUBSPOT)} of this plan"
    made = _creation(case, sale, outbox.lists, situation)
    warnings = fallback_lines(case.lines[System.HUBSPOT], sale.choices)
    outbox.fallbacks.keep()
    settle = _settle(case, sale, situation)
    total, tax = row["total"] or ZERO, row["tax"] or ZERO
    told = figures(total, tax, total) if sale.codes.binding else None
    if not warnings:
        return Draft(case, case.verdict("OPS_UNCHANGED", operations=(made,), settle=settle), figures=told)
    code, slots, reasons = unmatched_warning(warnings, situation)
    return Draft(
        case, case.verdict(code, slots=slots, reasons=reasons, operations=(made,), settle=settle), figures=told
    )


def unmatched_warning(
    lines: Sequence[tuple[int, Row]], situation: Situation
) -> tuple[str, dict[str, Any], tuple[Reason, ...]]:
    """INV_LINE_UNMATCHED as a warning: the first such line, and the others as further reasons."""
    policy = situation.rules.invoices.unmatched_line
    told = [
        {
            "klass": "WARNING",
            "line": number,
            "name": line["name"] or line["sku"] or "",
            "amount": money(line["amount"]),
            "policy": policy,
        }
        for number, line in lines
    ]
    return "INV_LINE_UNMATCHED", told[0], tuple(Reason("INV_LINE_UNMATCHED", slots) for slots in told[1:])


def prepare(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Sale | Verdict:
    """All checks of our own, before anything is sent (N16)."""
    row = case.row(System.HUBSPOT)
    refused = (
        guards.lines(case)
        or guards.adjustments(case, situation)
        or guards.number(case, situation, outbox.given)
        or guards.period(case, situation, row["invoice_date"])
    )
    if refused is not None:
        return refused
    customer = billed(case, parents, situation)
    if isinstance(customer, Verdict):
        return customer
    known = customer.partner or parents.matched_contacts.get(customer.id)
    customer_row = parents.row(Entity.CUSTOMER, System.QUICKBOOKS, known)
    if customer_row is not None and not customer_row["active"]:
        return case.verdict(
            "INV_WAITING_PARENT",
            slots={"parent": f"customer {customer_row['display_name']} ({known}), which is inactive"},
        )
    refused = guards.currency(case, customer, customer_row, situation) or _too_long(case, situation)
    if refused is not None:
        return refused
    return _with_lines(case, customer, customer_row, parents, outbox, situation)


def _too_long(case: Case, situation: Situation) -> Verdict | None:
    mapped = field_map(Entity.INVOICE, situation.rules)
    texts = values(case.row(System.HUBSPOT), mapped)
    found = [each for each in too_long(mapped, texts, System.QUICKBOOKS) if each[0].name != "number"]
    if found:
        return case.verdict("VAL_TOO_LONG", slots={"field": found[0][0].name, "limit": found[0][1]})
    return None


def _with_lines(
    case: Case, customer: Standing, customer_row: Row | None, parents: Parents, outbox: Outbox, situation: Situation
) -> Sale | Verdict:
    lines, choices = case.lines[System.HUBSPOT], []
    for position, line in enumerate(lines, 1):
        if len(line["description"] or "") > LONGEST_DESCRIPTION:
            return case.verdict(
                "VAL_TOO_LONG", slots={"field": f"description of line {position}", "limit": LONGEST_DESCRIPTION}
            )
        choice = choose(case, line, position, parents, outbox.fallbacks, situation)
        if isinstance(choice, Verdict):
            return choice
        choices.append(choice)
    dates = [outbox.lists.service_date(case, line, situation) for line in lines]
    undated = next((number for number, day in enumerate(dates, 1) if day is None), None)
    if situation.company.revenue_recognition and undated is not None:
        return case.verdict("INV_SERVICE_DATE_REQUIRED", slots={"line": undated})
    codes = _codes(case, choices, customer_row, outbox.lists, situation)
    if isinstance(codes, TaxRefused):
        return case.verdict(codes.code, slots=codes.slots)
    references = guards.dimensions(case, situation, outbox.lists)
    if isinstance(references, Verdict):
        return references
    shown = tuple(
        day.isoformat() if day is not None and situation.company.allow_service_date else None for day in dates
    )
    return Sale(customer, customer_row, tuple(choices), codes, references, shown)


def _codes(
    case: Case, choices: Sequence[Choice], customer_row: Row | None, lists: Lists, situation: Situation
) -> TaxCodes | TaxRefused:
    company, tax = situation.company, situation.rules.tax
    customer_taxable = True if customer_row is None else customer_row["taxable"] is not False
    taxable = [
        customer_taxable and (choice.row is None or choice.row.get("taxable") is not False) for choice in choices
    ]
    setting = TaxSetting(
        country=company.country,
        uses_sales_tax=company.uses_sales_tax,
        with_tax=tax.hs_invoice_with_tax,
        us_untaxed=tax.us_untaxed_hs_invoice or "refuse",
        codes={rate: lists.find("TaxCode", code) or code for rate, code in tax.map.items()},
        percents={rate: entry["percent"] for rate, entry in situation.portal.tax_rates.items()},
    )
    found = tax_codes(case.lines[System.HUBSPOT], case.row(System.HUBSPOT)["tax"] or ZERO, taxable, setting)
    whole = [each for each in case.adjustments("taxes") if each["value"]]
    if whole and isinstance(found, TaxCodes):
        # No code says it: QuickBooks would work out the lines' part alone.
        return TaxRefused("TAX_RATE_UNMAPPED", {"rate": f"on the whole invoice ({plain(whole[0]['value'])})"})
    return found


def line_bodies(case: Case, sale: Sale, lists: Lists, situation: Situation) -> list[dict[str, Any]]:
    """The lines as QuickBooks takes them, the order discount last."""
    found = []
    source = situation.rules.invoices.class_
    for line, choice, code, day in zip(
        case.lines[System.HUBSPOT], sale.choices, sale.codes.codes, sale.service_dates, strict=True
    ):
        refs = {"TaxCodeRef": code} if code is not None else {}
        if source is not None and situation.company.class_per_line:
            entry = lists.find("Class", lists.text(case, source, line))
            refs |= {"ClassRef": entry} if entry else {}
        found.append(quickbooks_line(line, choice.reference, named=choice.fallback, refs=refs, service_date=day))
    if case.order_discount:
        found.append(discount_line(case.order_discount, situation.company.discount_account))
    return found


def _creation(case: Case, sale: Sale, lists: Lists, situation: Situation) -> Operation:
    row, hubspot_id = case.row(System.HUBSPOT), case.pair.id(System.HUBSPOT)
    texts = _sent_texts(row, situation)
    step = Step(
        number=0,
        system=System.QUICKBOOKS,
        object="Invoice",
        action=StepAction.CREATE,
        body=_body(case, sale, texts, lists, situation),
        find={
            "where": {"DocNumber": row["number"]} if "number" in texts else {"TxnDate": texts.get("invoice_date")},
            "mark": mark_of("invoice", hubspot_id),
            "same": {"TotalAmt": money(row["total"])} if sale.codes.binding else {},
        },
    )
    on_done: dict[str, Any] = {"link": link_row(System.HUBSPOT, hubspot_id, FIRST, "created")}
    if sale.codes.binding:
        code = "TAX_RECALCULATED" if situation.company.uses_sales_tax else "REC_TOTAL_VARIANCE"
        on_done["expect"] = {"code": code, "values": {"TotalAmt": money(row["total"])}}
    else:
        # The customer holds an invoice without the tax that QuickBooks works out: it fails until it is issued anew (H14).
        values = {"TxnTaxDetail.TotalTax": money(row["tax"] or ZERO)}
        on_done["expect"] = {"code": "TAX_VARIANCE", "values": values, "slots": {"klass": "FAILING"}}
    fallbacks = fallback_lines(case.lines[System.HUBSPOT], sale.choices)
    return operation(
        case,
        situation,
        System.QUICKBOOKS,
        Action.CREATE,
        [step],
        changes=[FieldChange(name, None, text, "new") for name, text in texts.items()],
        warnings=[f"line {number} goes to the fallback item" for number, _ in fallbacks],
        on_done=on_done,
    )


def _sent_texts(row: Row, situation: Situation) -> dict[str, str]:
    """The header fields that go along, by the field map; the currency has a rule of its own."""
    direction = situation.rules.invoices.direction
    mapped = [each for each in field_map(Entity.INVOICE, situation.rules) if each.name != "currency"]
    open_fields = [each for each in mapped if each.create_only or flows_to(each, System.QUICKBOOKS, direction)]
    texts = {name: text for name, text in values(row, open_fields).items() if text is not None}
    if situation.rules.invoices.number_from == "quickbooks":
        texts.pop("number", None)
    return texts


def _body(case: Case, sale: Sale, texts: Mapping[str, str], lists: Lists, situation: Situation) -> dict[str, Any]:
    company = situation.company
    body: dict[str, Any] = {
        "CustomerRef": {"value": sale.customer.reference()},
        **quickbooks_fields(texts, field_map(Entity.INVOICE, situation.rules), None, company.custom_fields),
        "Line": line_bodies(case, sale, lists, situation),
        "PrivateNote": note_with_mark(None, "invoice", case.pair.id(System.HUBSPOT)),
        **{name: {"value": each} for name, each in sale.references.items()},
        **NEVER_SENT_TO_CUSTOMERS,
    }
    if sale.codes.calculation is not None:
        body["GlobalTaxCalculation"] = sale.codes.calculation
    if company.multi_currency:
        body["CurrencyRef"] = {"value": case.row(System.HUBSPOT)["currency"]}
    return body


def _settle(case: Case, sale: Sale, situation: Situation) -> dict[str, dict[str, str | None]]:
    """Both sides as they will be; the owner's lines are remembered on each side in that side's own terms."""
    row = case.row(System.HUBSPOT)
    mapped = [each for each in field_map(Entity.INVOICE, situation.rules) if not each.compared_only]
    texts = values(row, mapped)
    lines = case.lines[System.HUBSPOT]
    hubspot = {**texts, "lines": case.hubspot_lines, "customer": sale.customer.id, "tax": money(row["tax"] or ZERO)}
    quickbooks = {
        **texts,
        "lines": sent_text(lines, sale.choices, case.order_discount),
        "customer": sale.customer.partner,
        "tax": money(row["tax"] or ZERO),
    }
    return {"hubspot": hubspot, "quickbooks": quickbooks}
