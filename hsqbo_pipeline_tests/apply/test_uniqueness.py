"""Values that only one record may hold, changing hands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.core.exchanges import Move, order
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import H, change


def moves(becomes: dict[int, int | None]) -> list[Move]:
    """Record n holds value n; afterwards the value it is mapped to (None: none)."""
    return [
        Move(
            str(holder),
            frozenset([("email", str(new))] if new is not None else []),
            frozenset([("email", str(holder))]),
        )
        for holder, new in becomes.items()
    ]


@pytest.mark.rule("D34")
@given(st.permutations(range(7)), st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6)))
def test_any_exchange_of_values_is_ordered_or_named_a_circle(
    mapped: list[int], freed: set[int], fresh: set[int]
) -> None:
    """Whoever takes a value comes after whoever leaves it; records in a circle, and only they, are named as such."""
    becomes: dict[int, int | None] = {
        n: (None if n in freed else n + 100 if n in fresh else mapped[n]) for n in range(7)
    }
    found = order(moves(becomes))
    circling = {int(name) for circle in found.circles for name in circle}
    assert circling == {n for n in range(7) if becomes[n] != n and _comes_back(n, becomes)}
    holds = {n: n for n in range(7) if n not in circling}
    left = [n for n in range(7) if n not in circling]
    while left:
        free = [n for n in left if not set(map(int, found.after.get(str(n), ()))) & set(left)]
        assert free, "nobody can go first"
        for n in free:
            holds.pop(n)
        for n in free:
            new = becomes[n]
            if new is not None and new not in circling:
                assert new not in holds.values()
                holds[n] = new
        left = [n for n in left if n not in free]


def _comes_back(start: int, becomes: dict[int, int | None]) -> bool:
    at = becomes[start]
    for _ in becomes:
        if at == start:
            return True
        at = becomes.get(at) if at is not None else None
    return False


def contacts(bench: Bench, *emails: str) -> list[str]:
    made = [str(bench.person(H, "create", "contacts", fields={"email": email})["id"]) for email in emails]
    bench.read()
    return made


def email(bench: Bench, record_id: str, old: str, new: str) -> object:
    return change(bench.situation(), Entity.CUSTOMER, (H, record_id), f"of-{old[0]}", {"email": new}, {"email": old})


def test_an_address_that_is_handed_on_goes_to_the_next_after_it_was_let_go(bench: Bench) -> None:
    """a@ goes to b@, b@ to c@, c@ gets a new one: written from the end."""
    a, b, c = contacts(bench, "a@x.com", "b@x.com", "c@x.com")
    bench.write(
        [
            email(bench, a, "a@x.com", "b@x.com"),
            email(bench, b, "b@x.com", "c@x.com"),
            email(bench, c, "c@x.com", "d@x.com"),
        ]
    )
    assert {end for end, _ in bench.ends().values()} == {"done"}
    found = {each["id"]: each["properties"]["email"] for each in bench.hubspot("contacts")}
    assert found == {a: "b@x.com", b: "c@x.com", c: "d@x.com"}


@pytest.mark.rule("D34")
def test_two_contacts_that_exchange_addresses_are_both_reported_naming_each_other(bench: Bench) -> None:
    """Nobody can go first, and nobody's address is set to a made-up one in between."""
    a, b = contacts(bench, "a@x.com", "b@x.com")
    bench.clear_traffic()
    bench.write([email(bench, a, "a@x.com", "b@x.com"), email(bench, b, "b@x.com", "a@x.com")])
    assert bench.ends() == {"of-a": ("refused", "ID_LINK_CLAIMED"), "of-b": ("refused", "ID_LINK_CLAIMED")}
    assert (bench.slots("of-a")["holder"], bench.slots("of-b")["holder"]) == ("of-b", "of-a")
    assert not bench.requests("hubspot", writes=True)
