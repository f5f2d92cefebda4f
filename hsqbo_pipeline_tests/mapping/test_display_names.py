"""What a new customer is called, and the names QuickBooks does not take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.mapping.display_names import (
    LONGEST_DISPLAY_NAME,
    checked_name,
    clean_name,
    illegal_person_names,
    propose_name,
    suffixed_name,
)

ADA = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines", "email": "ada@example.com"}


@pytest.mark.parametrize(
    ("missing", "options", "name"),
    [
        ((), {}, "Engines"),
        (("company",), {}, "Ada Lovelace"),
        (("company", "first_name"), {}, "Lovelace"),
        (("company", "first_name", "last_name"), {}, "ada@example.com"),
        ((), {"from_company": False}, "Ada Lovelace"),
        ((), {"template": "{company} - {last}, {first}"}, "Engines - Lovelace, Ada"),
        (("first_name",), {"template": "{company} - {last}, {first}"}, "Engines"),
        (("company",), {"fallbacks": ("email", "person")}, "ada@example.com"),
    ],
)
@pytest.mark.rule("A46", "A47", "A48", "A72")
def test_order_of_names(missing: tuple[str, ...], options: dict[str, object], name: str) -> None:
    """The company's name, else the person's, else the address; a template only where all its parts are known."""
    fields = {key: value for key, value in ADA.items() if key not in missing}
    assert propose_name(fields, **options).name == name  # type: ignore[arg-type]


@pytest.mark.rule("D48")
def test_no_name_at_all() -> None:
    """Without anything to go by there is a code and no name."""
    proposed = propose_name({"company": None}, fallbacks=("person",))
    assert (proposed.name, proposed.code) == (None, "CUS_NO_NAME")


@pytest.mark.parametrize("sign", [":", "\t", "\n", "\r"])
@pytest.mark.rule("D46")
def test_forbidden_characters_are_refused_or_cleaned(sign: str) -> None:
    """A colon separates customer and job in QuickBooks: it is reported, or replaced when a rule says so."""
    fields = {"company": f"Engines{sign}Ltd"}
    assert propose_name(fields).code == "CUS_NAME_ILLEGAL"
    cleaned = propose_name(fields, clean=True)
    assert cleaned.code is None
    assert cleaned.name in ("Engines-Ltd", "Engines Ltd")


@pytest.mark.rule("D47")
def test_name_too_long() -> None:
    """A name of 500 characters is taken, one more is reported with the length that is."""
    assert checked_name("x" * 500).code is None
    refused = checked_name("x" * 501)
    assert (refused.code, refused.longest) == ("CUS_NAME_TOO_LONG", LONGEST_DISPLAY_NAME)


@given(st.text(min_size=1, max_size=600))
def test_cleaned_name_is_taken_if_anything_is_left(text: str) -> None:
    """Cleaning leaves nothing that QuickBooks refuses, and is done once."""
    cleaned = clean_name(text)
    assert checked_name(cleaned).code in (None, "CUS_NO_NAME")
    assert clean_name(cleaned) == cleaned


def test_suffix_survives_shortening() -> None:
    """What tells two names apart is never cut off."""
    assert suffixed_name("Ada", "ada@example.com") == "Ada (ada@example.com)"
    long = suffixed_name("x" * 600, "2")
    assert len(long) == LONGEST_DISPLAY_NAME
    assert long.endswith(" (2)")


def test_names_of_people_are_checked() -> None:
    """First and last names have the same forbidden characters."""
    assert illegal_person_names({"first_name": "A:da", "last_name": "Lovelace"}) == ["first_name"]
