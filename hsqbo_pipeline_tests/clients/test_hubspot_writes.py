"""What the HubSpot client writes, and how a batch's answers are brought back to its inputs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.clients.hubspot.answers import Association, CreateInput, UpdateInput, UpsertInput
from hsqbo_pipeline.clients.hubspot.association_types import TYPE_IDS
from hsqbo_pipeline.errors import RecordError, UncertainError
from hsqbo_pipeline_tests.clients.stub import Script, hubspot, refusal, results
from hsqbo_pipeline_tests.clients.virtual_time import virtual_run


async def _awaited(main: Any) -> Any:
    return await main


def _record(record_id: str, **properties: str) -> dict[str, Any]:
    return {"id": record_id, "properties": properties, "archived": False}


@given(st.integers(0, 10_000), st.sets(st.integers(0, 11)), st.booleans())
def test_created_records_find_their_inputs_in_any_order(seed: int, bad: set[int], echo: bool) -> None:
    """Results in any order and errors by trace id are tied to the right input, echoed or by the unique property."""
    inputs = [CreateInput(f"t{n}", {"qbo_id": f"1:{n}", "email": f"X{n}@Example.com"}) for n in range(12)]
    made = [
        {**_record(f"9{n}", qbo_id=f"1:{n}"), **({"objectWriteTraceId": f"t{n}"} if echo else {})}
        for n in range(12)
        if n not in bad
    ]
    random.Random(seed).shuffle(made)
    errors = [
        {"category": "VALIDATION_ERROR", "message": "no", "context": {"objectWriteTraceId": [f"t{n}"]}} for n in bad
    ]
    script = Script(results(made, 207 if errors else 201, errors=errors))
    answers = virtual_run(hubspot(script).batch_create("contacts", inputs, None if echo else "qbo_id"))
    for number, answer in enumerate(answers):
        if number in bad:
            assert isinstance(answer.error, RecordError)
        else:
            assert answer.record is not None
            assert answer.record["id"] == f"9{number}"
    assert [answer.trace for answer in answers] == [f"t{n}" for n in range(12)]


@pytest.mark.rule("D12", "SYS_OUTCOME_UNCERTAIN")
def test_results_that_cannot_be_tied_are_uncertain_never_guessed() -> None:
    """Two notes look alike and nothing is echoed: neither is claimed."""
    inputs = [CreateInput("a", {"hs_note_body": "x"}), CreateInput("b", {"hs_note_body": "y"})]
    script = Script(results([_record("1"), _record("2")], 201))
    answers = virtual_run(hubspot(script).batch_create("notes", inputs))
    assert all(isinstance(answer.error, UncertainError) for answer in answers)
    script = Script(results([_record("1")], 201))
    (only,) = virtual_run(hubspot(script).batch_create("notes", inputs[:1]))
    assert only.record is not None


def test_an_internal_error_of_one_input_is_uncertain() -> None:
    """HubSpot may have saved an input before it failed over it."""
    errors = [{"category": "INTERNAL_ERROR", "message": "x", "context": {"objectWriteTraceId": ["a"]}}]
    script = Script(results([], 207, errors=errors))
    (answer,) = virtual_run(hubspot(script).batch_create("contacts", [CreateInput("a", {"email": "a@b.co"})]))
    assert isinstance(answer.error, UncertainError)


@pytest.mark.rule("D35", "ID_DUPLICATE_IN_BATCH")
def test_a_batch_refused_as_a_whole_raises_and_nothing_was_written() -> None:
    """An existing e-mail refuses the whole batch with 409; whoever sent it takes it apart."""
    script = Script(refusal(409, "CONFLICT", "Contact already exists. Existing ID: 51"))
    with pytest.raises(RecordError) as caught:
        virtual_run(hubspot(script).batch_create("contacts", [CreateInput("a", {"email": "a@b.co"})]))
    error = caught.value
    assert (error.code, error.status, error.object, error.request_id) == (
        "ID_DUPLICATE_IN_BATCH",
        409,
        "contacts",
        "c-1",
    )
    assert error.detail is not None
    assert "Existing ID: 51" in error.detail


def test_updates_go_by_id_and_a_merged_record_is_shown_under_its_new_id() -> None:
    """No idProperty is sent (it is refused); a record merged meanwhile answers with its survivor."""
    inputs = [UpdateInput("a", "1", {"phone": ""}), UpdateInput("b", "2", {"phone": "7"})]
    script = Script(results([_record("90"), _record("1")]))
    answers = virtual_run(hubspot(script).batch_update("contacts", inputs))
    assert [answer.record["id"] for answer in answers if answer.record] == ["1", "90"]
    assert script.bodies()[0]["inputs"][0] == {"id": "1", "properties": {"phone": ""}, "objectWriteTraceId": "a"}


def test_an_update_of_a_vanished_record_is_named() -> None:
    """A 207 that names the id in `context.ids` belongs to that input."""
    error = {"category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": ["2"]}}
    script = Script(results([_record("1")], 207, errors=[error]))
    inputs = [UpdateInput("a", "1", {"phone": "1"}), UpdateInput("b", "2", {"phone": "7"})]
    good, gone = virtual_run(hubspot(script).batch_update("contacts", inputs))
    assert good.error is None
    assert gone.error is not None
    assert gone.error.code == "REF_REMOTE_GONE"


def test_upserts_say_what_is_new_and_refuse_a_value_twice() -> None:
    """One value twice in a batch is refused by HubSpot as a whole, so it is not sent."""
    script = Script(results([{**_record("5", qbo_id="1:7"), "new": True}]))
    client = hubspot(script)
    (answer,) = virtual_run(client.batch_upsert("products", "qbo_id", [UpsertInput("a", "1:7", {"name": "N"})]))
    assert answer.record is not None
    assert answer.record["new"] is True
    assert script.bodies()[0]["inputs"][0]["idProperty"] == "qbo_id"
    twice = [UpsertInput("a", "Ada@x.co", {}), UpsertInput("b", "ada@x.co ", {})]
    with pytest.raises(ValueError, match="share a value"):
        virtual_run(_awaited(client.batch_upsert("contacts", "email", twice)))


def test_creates_carry_associations_in_the_direction_of_the_new_record() -> None:
    """A line item is made on its invoice, an invoice on its contact, in one request."""
    script = Script(results([_record("5")], 201))
    made = CreateInput("a", {"name": "L"}, (Association("77", TYPE_IDS["line_items", "invoices"]),))
    virtual_run(hubspot(script).batch_create("line_items", [made]))
    assert script.bodies()[0]["inputs"][0]["associations"] == [
        {"to": {"id": "77"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 410}]}
    ]


def test_batches_over_a_hundred_are_refused_before_sending() -> None:
    """101 inputs would be refused as a whole by HubSpot."""
    client = hubspot(Script())
    creates = [CreateInput(str(n), {}) for n in range(101)]
    with pytest.raises(ValueError, match="1 to 100"):
        virtual_run(_awaited(client.batch_create("contacts", creates)))
    with pytest.raises(ValueError, match="1 to 2000"):
        virtual_run(_awaited(client.associations_create("invoices", "contacts", [])))


def test_associations_are_made_by_type_and_undone_by_pair() -> None:
    """Directional type ids on creation; archiving groups the pairs by their first record."""
    script = Script(results([], 201), results([], 200), results([], 207, errors=[{"category": "VALIDATION_ERROR"}]))
    client = hubspot(script)

    async def main() -> None:
        await client.associations_create("invoices", "contacts", [("1", "2", 177)])
        await client.associations_archive("invoices", "contacts", [("1", "2"), ("1", "3"), ("4", "2")])
        with pytest.raises(RecordError):
            await client.associations_create("invoices", "contacts", [("1", "2", 5)])

    virtual_run(main())
    created, archived, _ = script.bodies()
    assert created["inputs"][0]["types"] == [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 177}]
    assert archived["inputs"] == [
        {"from": {"id": "1"}, "to": [{"id": "2"}, {"id": "3"}]},
        {"from": {"id": "4"}, "to": [{"id": "2"}]},
    ]


def test_property_definitions_that_exist_are_left_alone() -> None:
    """Existing ones are no error, refused ones are named, whichever way HubSpot answers."""
    exists = {"category": "OBJECT_ALREADY_EXISTS", "message": "Property named 'b' exists", "context": {"name": ["b"]}}
    script = Script(
        refusal(409, "OBJECT_ALREADY_EXISTS"),
        results([{"name": "a"}], 207, errors=[exists]),
        refusal(409, "OBJECT_ALREADY_EXISTS"),
        refusal(409, "OBJECT_ALREADY_EXISTS"),
        refusal(400, "VALIDATION_ERROR", "can not require unique values"),
    )
    client = hubspot(script)
    definitions = [{"name": "a"}, {"name": "b"}]

    async def main() -> None:
        assert await client.create_property_group("contacts", "qbo_sync", "QuickBooks") is False
        done = await client.create_properties("contacts", definitions)
        assert (done.created, done.existing, done.refused) == (["a"], ["b"], {})
        done = await client.create_properties("contacts", definitions)
        assert (done.created, done.existing, list(done.refused)) == ([], ["a"], ["b"])

    virtual_run(main())


def test_association_types_are_directional_and_distinct() -> None:
    """No two directions share an id, and each pair has its reverse."""
    assert len(set(TYPE_IDS.values())) == len(TYPE_IDS)
    assert all((to, from_) in TYPE_IDS for from_, to in TYPE_IDS)
