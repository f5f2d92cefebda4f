"""Records that people merged, swapped, deleted or switched off: told, carried along, and archived only where the rules say so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import StepAction
from hsqbo_pipeline.store import links
from hsqbo_pipeline_tests.core.ledger import situation
from hsqbo_pipeline_tests.core.masters_night import Nights

H, Q = System.HUBSPOT, System.QUICKBOOKS


def books(products: dict[str, object] | None = None, **customers: object) -> Nights:
    said = {"customers": {"hubspot_to_quickbooks_filter": "all", **customers}}
    return Nights(situation(products={"direction": "both", "income_account": "acc", **(products or {})}, **said))


def two_pairs() -> Nights:
    masters = books()
    for number, name in (("1", "ada"), ("2", "bob")):
        masters.customer(number, f"{name}@example.com")
        masters.contact(f"9{number}", f"{name}@example.com", firstname=name)
    masters.night()
    return masters


@pytest.mark.rule("D36", "ID_MERGED_AWAY", "A26")
def test_a_merge_moves_the_link_and_is_told_once() -> None:
    """D36: the survivor carries the partner on, says so in that run, and is written like any other record afterwards."""
    masters = books()
    masters.customer("1", "ada@example.com")
    masters.contact("91", "ada@example.com")
    masters.night()
    masters.gone(H, "contacts", "91", "merged", "92")
    masters.contact("92", "ada@example.com", hs_merged_object_ids="91", created=masters.tick())
    masters.night()
    assert (masters.primaries(), masters.states()) == ([("customer", "92", "1")], {"customer:92:1": "ID_MERGED_AWAY"})
    masters.night()
    assert masters.states() == {"customer:92:1": "OPS_UNCHANGED"}
    masters.edit(H, "contacts", "92", {"phone": "1"})
    assert masters.night()["customer:92:1"].code == "OPS_UNCHANGED"


@pytest.mark.rule("D34", "D36", "ID_LINK_CLAIMED", "A26")
def test_a_survivor_with_a_partner_of_its_own_stands_still_with_both_claims() -> None:
    """D34: two linked contacts merged: both pairs fail, name each other, and nothing is written until one is unlinked."""
    masters = two_pairs()
    masters.gone(H, "contacts", "91", "merged", "92")
    masters.edit(H, "contacts", "92", {"hs_merged_object_ids": "91", "phone": "555"})
    masters.night()
    assert masters.states() == {"customer:91:1": "ID_LINK_CLAIMED", "customer:92:2": "ID_LINK_CLAIMED"}
    assert masters.written == []
    (told,) = rows(masters.con, "SELECT slots FROM record_states WHERE hubspot_id = '91'")
    assert '"92"' in told["slots"]
    assert '"2"' in told["slots"]
    links.unlink(masters.con, Entity.CUSTOMER, "91", "1")
    stone = {"entity": "customer", "system": "quickbooks", "id": "1", "partner_id": "91", "reason": "released"}
    insert(masters.con, "tombstones", [{**stone, "run_id": "x", "at_time": masters.situation.now}])
    masters.night()
    assert masters.states()["customer:92:2"] == "OPS_UNCHANGED"
    assert masters.payload(Q, "Customer", "2")["PrimaryPhone"] == {"FreeFormNumber": "555"}


def _end_with_a_document_of_the_other(masters: Nights) -> None:
    """A night on which customer 1 is inactive and the contact it had is on the mirror of an invoice of customer 2."""
    masters.quickbooks("Invoice", "i1", CustomerRef={"value": "2"}, DocNumber="10")
    masters.hubspot("invoices", "h1")
    masters.link(Entity.INVOICE, "h1", "i1")
    ends = {"from_object": "invoices", "from_id": "h1", "to_object": "contacts", "to_id": "91", "type_ids": [177]}
    insert(masters.con, "associations", [ends])
    masters.edit(Q, "Customer", "1", {"Active": False, "DisplayName": "Customer 1 (deleted)"})
    masters.night()


@pytest.mark.rule("N11", "H21", "H22", "CUS_INACTIVE")
def test_the_documents_of_its_own_jobs_name_no_survivor() -> None:
    """A parent that is made inactive was not merged into its job, though the job's documents hang on the parent's contact."""
    masters = two_pairs()
    masters.edit(Q, "Customer", "2", {"ParentRef": {"value": "1"}, "Job": True})
    _end_with_a_document_of_the_other(masters)
    (state,) = rows(masters.con, "SELECT * FROM record_states WHERE quickbooks_id = '1'")
    assert (state["code"], state["candidates"], state["reasons"]) == ("CUS_INACTIVE", "[]", "[]")


@pytest.mark.rule("N11", "H22", "D49", "CUS_INACTIVE", "ID_QBO_MERGED")
def test_the_survivor_of_a_quickbooks_merge_is_proposed_and_stays_proposed() -> None:
    """H22: the loser's contact fails with whoever its documents name now; nothing is re-activated, linked or made."""
    masters = two_pairs()
    _end_with_a_document_of_the_other(masters)
    masters.con.execute("DELETE FROM associations")  # the mirror goes to the survivor's contact in the same night
    for _ in range(2):
        (state,) = rows(masters.con, "SELECT * FROM record_states WHERE quickbooks_id = '1'")
        assert state["code"] == "CUS_INACTIVE"
        assert "Customer 2's now (2)" in state["sentence"]
        assert '"id":"2"' in state["candidates"].replace(" ", "")
        assert "ID_QBO_MERGED" in state["reasons"]
        masters.night()
    assert masters.written == []


@pytest.mark.rule("D31", "ID_BAD_EMAIL", "A26")
def test_a_linked_record_that_cannot_be_read_is_told_as_its_pair() -> None:
    """A linked customer whose e-mail became no address: one row for the pair, nothing decided, and it heals by itself."""
    masters = two_pairs()
    masters.edit(Q, "Customer", "1", {"PrimaryEmailAddr": {"Address": "nonsense"}})
    masters.edit(H, "contacts", "91", {"phone": "5"})
    masters.night()
    assert masters.states() == {"customer:91:1": "ID_BAD_EMAIL", "customer:92:2": "OPS_UNCHANGED"}
    masters.edit(Q, "Customer", "1", {"PrimaryEmailAddr": {"Address": "ada@example.com"}})
    masters.night()
    assert masters.states()["customer:91:1"] == "OPS_UNCHANGED"
    assert masters.payload(Q, "Customer", "1")["PrimaryPhone"] == {"FreeFormNumber": "5"}


@pytest.mark.rule("A93", "D90", "DEL_REMOTE_DELETED")
@pytest.mark.parametrize("side", [H, Q])
def test_a_deletion_is_told_and_neither_followed_nor_undone(side: System) -> None:
    """D90: by default the other side is kept, and the deleted one is never made again."""
    masters = two_pairs()
    if side is H:
        masters.gone(H, "contacts", "91")
    else:
        masters.gone(Q, "Customer", "1", "deleted")
    for _ in range(2):
        masters.night()
        assert masters.states()["customer:91:1"] == "DEL_REMOTE_DELETED"
        assert masters.written == []


@pytest.mark.rule("A93", "DEL_REMOTE_DELETED")
def test_archiving_follows_a_deletion_only_for_what_we_made() -> None:
    """`on_deleted: archive`: a customer that we made from a contact goes inactive with it, once; a matched one stays."""
    masters = books(on_deleted="archive")
    masters.customer("1", "ada@example.com")
    masters.contact("91", "ada@example.com")
    masters.contact("92", "bob@example.com", firstname="Bob")
    masters.night()
    made = next(quickbooks for _entity, hubspot, quickbooks in masters.primaries() if hubspot == "92")
    for contact in ("91", "92"):
        masters.gone(H, "contacts", contact)
    masters.night()
    assert masters.written == [(Q, "Customer", StepAction.ARCHIVE)]
    assert masters.payload(Q, "Customer", made)["Active"] is False
    assert masters.states() == {"customer:91:1": "DEL_REMOTE_DELETED", f"customer:92:{made}": "DEL_REMOTE_DELETED"}
    masters.edit(Q, "Customer", made, {"Active": True})  # a person wants it after all
    masters.night()
    assert masters.payload(Q, "Customer", made)["Active"] is True


@pytest.mark.rule("D92", "DEL_HAS_BALANCE")
def test_a_customer_who_owes_is_not_made_inactive() -> None:
    """D92: with a balance the customer stays and the pair fails, naming the amount."""
    masters = books(on_deleted="archive")
    masters.contact("92", "bob@example.com", firstname="Bob")
    masters.night()
    ((_entity, _contact, made),) = masters.primaries()
    masters.edit(Q, "Customer", made, {"Balance": str(Decimal("12.50"))})
    masters.gone(H, "contacts", "92")
    masters.night()
    (state,) = rows(masters.con, "SELECT code, sentence FROM record_states")
    assert (state["code"], "12.50" in state["sentence"], masters.written) == ("DEL_HAS_BALANCE", True, [])


@pytest.mark.rule("A93", "D28", "DEL_REMOTE_DELETED")
def test_a_customer_made_inactive_takes_the_contact_we_made_along() -> None:
    """`on_deleted: archive`: QuickBooks deletes by making inactive; the contact that we made is archived, then all rests."""
    masters = books(on_deleted="archive")
    masters.customer("1", "ada@example.com")
    masters.night()
    masters.edit(Q, "Customer", "1", {"Active": False})
    masters.night()
    assert masters.written == [(H, "contacts", StepAction.ARCHIVE)]
    masters.night()
    assert (masters.night(), masters.written) == ({}, [])
    assert set(masters.states().values()) == {"DEL_REMOTE_DELETED"}


@pytest.mark.rule("H24", "A93", "DEL_REMOTE_DELETED")
def test_an_item_is_never_made_inactive() -> None:
    """H24: with `on_deleted: archive` a product that we made follows its item; an item that we made stays as it is."""
    masters = books(products={"on_deleted": "archive"})
    masters.item("1", "W-1", Name="Widget")
    masters.hubspot("products", "92", name="Gadget", hs_sku="G-1")
    masters.night()
    pairs = {quickbooks: hubspot for _entity, hubspot, quickbooks in masters.primaries()}
    made = next(quickbooks for quickbooks, hubspot in pairs.items() if hubspot == "92")
    masters.gone(H, "products", "92")
    masters.edit(Q, "Item", "1", {"Active": False})
    masters.night()
    assert masters.written == [(H, "products", StepAction.ARCHIVE)]
    assert masters.states()[f"product:92:{made}"] == "DEL_REMOTE_DELETED"


@pytest.mark.rule("A26", "N10", "D34", "ID_DUPLICATE_IN_BATCH", "N17")
def test_e_mails_that_changed_hands_in_quickbooks_keep_the_pairs() -> None:
    """Each pair stays together: who goes in a circle is told whom it waits for, who wants what a third one keeps is told who
    has it, and who wants what another lets go of gets it."""
    masters = two_pairs()
    masters.contact("95", "third@example.com", hs_additional_emails="also@example.com")

    def moved(first: str, second: str) -> dict[str, tuple[str, str | None]]:
        masters.edit(Q, "Customer", "1", {"PrimaryEmailAddr": {"Address": first}})
        masters.edit(Q, "Customer", "2", {"PrimaryEmailAddr": {"Address": second}})
        told = masters.verdicts(Entity.CUSTOMER)
        return {
            one.hubspot_id or "": (one.code, one.operations[0].steps[0].body["email"] if one.operations else None)
            for one in told.values()
            if one.quickbooks_id
        }

    circle = {"91": ("ID_LINK_CLAIMED", None), "92": ("ID_LINK_CLAIMED", None)}
    assert moved("bob@example.com", "ada@example.com") == circle
    taken = {"91": ("ID_DUPLICATE_IN_BATCH", None), "92": ("ID_DUPLICATE_IN_BATCH", None)}
    assert moved("bob@example.com", "also@example.com") == taken  # the second stands still, so the first has to as well
    passed_on = {"91": ("OPS_UNCHANGED", "bob@example.com"), "92": ("OPS_UNCHANGED", "new@example.com")}
    assert moved("bob@example.com", "new@example.com") == passed_on
    assert moved("same@example.com", "same@example.com")["92"] == ("ID_DUPLICATE_IN_BATCH", None)
