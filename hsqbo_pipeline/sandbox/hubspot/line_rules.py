"""Line items, taxes, discounts and fees: one parent each, no negative price, gone with their parent."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.hubspot import invoice_rules
from hsqbo_pipeline.sandbox.hubspot.amounts import line_figures
from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.refusals import bad_property, invalid
from hsqbo_pipeline.sandbox.hubspot.values import is_digits, number

PARENTS = ("invoices", "deals")
CHILDREN = ("line_items", "taxes", "discounts", "fees")
_FROM_PRODUCT = ("name", "description", "price", "hs_sku", "hs_cost_of_goods_sold", "recurringbillingfrequency")
_DECIDES_AMOUNT = frozenset({"quantity", "price", "discount", "hs_discount_percentage"})
_RECURRING = ("recurringbillingfrequency", "hs_recurring_billing_period")


def check(crm: Crm, draft: Draft, actor: Actor) -> None:
    """Completes a line item from its product and works out its amounts."""
    values = draft.values
    if draft.record is None:
        _complete(crm, draft)
    price = number(values.get("price") or "0")
    if price is not None and price < 0:
        raise bad_property("price", "INVALID_NUMBER", "price must not be negative; use a discount")
    refuse_if_parent_frozen(crm, draft, actor)
    pinned = set(draft.record.pinned) if draft.record else set()
    if _DECIDES_AMOUNT & values.keys() and "amount" not in values:
        pinned.discard("amount")
    draft.pinned |= pinned
    before = draft.record.values() if draft.record else {}
    values.update(line_figures(crm, {**before, **values}, frozenset(draft.pinned)))


def check_adjustment(crm: Crm, draft: Draft, actor: Actor) -> None:
    """A tax, discount or fee of a finalised invoice stays as it is."""
    refuse_if_parent_frozen(crm, draft, actor)


def refuse_if_parent_frozen(crm: Crm, draft: Draft, actor: Actor) -> None:
    """400 for a change to a line or adjustment whose invoice is final."""
    if draft.record is not None:
        for invoice_id in crm.links.targets(draft.kind, draft.record.id, "invoices"):
            invoice_rules.refuse_if_frozen(crm, invoice_id, actor, draft.kind.replace("_", " "))


def refuse_second_parent(crm: Crm, kind: str, child_id: int, parent: str, parent_id: int) -> None:
    """400 if a line or adjustment already belongs to another record, or takes it from there by switch."""
    for other in PARENTS:
        for other_id in crm.links.targets(kind, child_id, other):
            if (other, other_id) == (parent, parent_id):
                continue
            if not crm.switches.hs_line_item_changes_parent:
                raise invalid(
                    f"{kind} {child_id} already belongs to {other} {other_id}; create a new one",
                    INVALID_OBJECT_IDS=[str(child_id)],
                )
            crm.links.remove(kind, child_id, other, other_id)
            crm.stale_invoices.add(other_id)


def refuse_recurring(crm: Crm, child_values: dict[str, str], invoice_id: int) -> None:
    """400 for a recurring line on a billable invoice; a non-billable one takes it."""
    invoice = crm.stores["invoices"].live.get(invoice_id)
    if invoice is None or not invoice_rules.billable(invoice.values()):
        return
    if any(child_values.get(name) for name in _RECURRING):
        raise invalid("Recurring line items can not be added to a billable invoice", id=[str(invoice_id)])


def _complete(crm: Crm, draft: Draft) -> None:
    values = draft.values
    values["quantity"] = values.get("quantity") or "1"
    product_id = values.get("hs_product_id")
    if not product_id:
        return
    product = crm.stores["products"].find(int(product_id)) if is_digits(product_id) else None
    if product is None:
        raise bad_property("hs_product_id", "INVALID_OPTION", f"Product {product_id} does not exist")
    offered = product.values()
    for name in _FROM_PRODUCT:
        if name not in values and offered.get(name):
            values[name] = offered[name]
