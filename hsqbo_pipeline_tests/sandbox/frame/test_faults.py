"""Fault rules: which request they hit."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.sandbox.frame.faults import Call, Faults


def _call(action: str = "create", name: str = "Invoice", body: bytes = b"", endpoint: str = "POST /x") -> Call:
    return Call("quickbooks", "POST", endpoint, action, (name,), body=body)


def _hits(rule: dict[str, object], calls: list[Call]) -> list[int]:
    faults = Faults("quickbooks")
    faults.load([rule])
    return [place for place, call in enumerate(calls, start=1) if faults.match(call) is not None]


@pytest.mark.parametrize(
    ("when", "hits"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 2}, [2]),
        ({"every": 3}, [3, 6]),
        ({"write": "create", "nth": 3}, [3]),
        ({"write": "update"}, []),
        ({"write": "any", "object": "Payment"}, []),
        ({"read": "any"}, []),
        ({"endpoint": "^POST"}, [1, 2, 3, 4, 5, 6]),
        ({"endpoint": "/y"}, []),
        ({"record": "INV-1"}, [1, 2, 3, 4, 5, 6]),
        ({"record": "INV-2"}, []),
    ],
)
def test_conditions(when: dict[str, object], hits: list[int]) -> None:
    """Each condition narrows the requests a rule hits."""
    assert _hits({"do": "500", "when": when}, [_call(body=b'{"DocNumber":"INV-1"}')] * 6) == hits


@pytest.mark.parametrize(
    ("write", "actions"),
    [
        ("create", ["create", "upsert"]),
        ("update", ["update", "upsert", "void"]),
        ("delete", ["delete", "archive"]),
        ("any", ["create", "update", "upsert", "delete", "archive", "void", "associate"]),
    ],
)
def test_what_counts_as_which_write(write: str, actions: list[str]) -> None:
    """An upsert may create and update, an archive deletes, reads are no writes."""
    every = ["create", "update", "upsert", "delete", "archive", "void", "associate", "read", "query", "search", "cdc"]
    rule = {"do": "500", "when": {"write": write}}
    hits = _hits(rule, [_call(action) for action in every])
    assert [every[place - 1] for place in hits] == actions


def test_members_of_a_batch_are_seen() -> None:
    """A batch is hit when one of its members does the deed."""
    batch = Call("quickbooks", "POST", "POST /batch", "update", deeds=(("update", "Item"), ("create", "Invoice")))
    assert _hits(
        {"do": "500", "when": {"write": "create", "object": "Invoice", "nth": 1}}, [_call("query"), batch]
    ) == [2]


def test_probability_is_seeded() -> None:
    """The same seed hits the same requests, another seed others."""

    def hits(seed: int) -> list[int]:
        return _hits({"do": "500", "when": {"probability": 0.3}, "seed": seed}, [_call()] * 200)

    assert hits(7) == hits(7)
    assert hits(7) != hits(8)
    assert 30 < len(hits(7)) < 90


def test_times_then_and_clear() -> None:
    """`times` bounds a rule; `then` holds for every request until faults are cleared."""
    assert _hits({"do": "500", "times": 2}, [_call()] * 5) == [1, 2]
    faults = Faults("quickbooks")
    faults.load([{"do": "apply_then_reset", "when": {"nth": 1}, "then": {"all_requests": 503}}])
    assert [fault.do for _ in range(3) if (fault := faults.match(_call("read")))] == ["apply_then_reset", "503", "503"]
    faults.clear()
    assert faults.match(_call()) is None


def test_rules_of_the_other_system_and_nonsense() -> None:
    """A rule for the other system is not loaded; an unknown fault is refused."""
    faults = Faults("quickbooks")
    assert faults.load([{"system": "hubspot", "do": "500"}, {"do": "503"}]) == 1
    with pytest.raises(ValueError, match="unknown fault"):
        faults.load([{"do": "explode"}])


@pytest.mark.parametrize(
    "slip", [{"wen": {}}, {"when": {"objekt": "Invoice"}}, {"then": {"requests": "503"}}, {"system": "quickbook"}]
)
def test_a_misspelt_rule_is_refused(slip: dict[str, object]) -> None:
    """A slip names itself and what is known, instead of hitting everything or nothing."""
    with pytest.raises(ValueError, match=r"knows no|unknown system"):
        Faults("quickbooks").load([{"do": "500", **slip}])


def test_tokens_are_hit_only_when_meant() -> None:
    """A plain rule passes token calls by; one that names tokens does not."""
    token = _call("token", "token", endpoint="POST /oauth2/v1/tokens/bearer")
    assert _hits({"do": "503"}, [token]) == []
    assert _hits({"do": "503", "when": {"endpoint": "tokens"}}, [token]) == [1]
    assert _hits({"do": "token_lost"}, [_call(), token]) == [2]
