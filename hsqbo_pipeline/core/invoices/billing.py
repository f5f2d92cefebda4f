"""Which of an invoice's contacts is billed, and which QuickBooks customer that is (A26, A27, A76, 1.15)."""

from __future__ import annotations

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.core.invoices.parents import Parents, Standing
from hsqbo_pipeline.model.names import System


def billed(case: Case, parents: Parents, situation: Situation) -> Standing | Verdict:
    """The contact whose customer the invoice goes to: the linked one, the labelled one, the only one; never a guess."""
    ids = _parties(case, parents, situation)
    everyone = [parents.customer(System.HUBSPOT, each) for each in ids]
    chosen = _choose(everyone)
    if chosen is None and len(everyone) > 1:
        slots = {"count": len(everyone), "candidates": ", ".join(ids)}
        return case.verdict(
            "ID_AMBIGUOUS_BILLING_CONTACT",
            slots=slots,
            candidates=tuple({"system": "hubspot", "id": each} for each in ids),
        )
    if chosen is None:
        nobody = "company" if situation.rules.customers.bill == "companies" else "contact"
        return case.verdict("INV_CUSTOMER_UNRESOLVED", slots={"contact": f"no {nobody} on the invoice"})
    if chosen.reachable:
        return chosen
    if chosen.failing:
        return case.verdict("INV_WAITING_PARENT", slots={"parent": chosen.name, "reason": chosen.code})
    return case.verdict("INV_CUSTOMER_UNRESOLVED", slots={"contact": chosen.name})


def _parties(case: Case, parents: Parents, situation: Situation) -> list[str]:
    """The contacts on the invoice; where companies are the customers its companies, else those its contacts belong to."""
    row = case.row(System.HUBSPOT)
    ids = row["contact_ids"] or []
    if situation.rules.customers.bill == "companies":
        ids = row["company_ids"] or [parents.companies[each] for each in ids if each in parents.companies]
    return list(dict.fromkeys(ids))


def _choose(everyone: list[Standing]) -> Standing | None:
    """The first rule of 1.15 that leaves exactly one."""
    linked = [each for each in everyone if each.partner is not None]
    one_customer = {each.partner for each in linked}
    if len(linked) > 1 and len(one_customer) == 1:
        return linked[0]
    pool = linked or everyone
    if len(pool) == 1:
        return pool[0]
    labelled = [each for each in pool if each.row.get("is_billing_contact")]
    return labelled[0] if len(labelled) == 1 else None
