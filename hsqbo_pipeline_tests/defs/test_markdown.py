"""What comes from a record is text on an asset's page, whatever a person typed; our own commands stay commands."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.reports.markdown import plain, sentence, table
from hsqbo_pipeline_tests.reports.published_company import HOSTILE


@pytest.mark.parametrize("name", [*HOSTILE, "a|b", "line\nbreak", "[x](http://evil)", "`code`", "<img src=x>"])
def test_a_name_is_text_in_markdown(name: str) -> None:
    """No sign of markdown or HTML in it is left without its escape, and it stays in its cell."""
    shown = plain(name)
    bare = shown.replace("\\\\", "")
    for sign in "<>[]()|`*_":
        assert f"\\{sign}" in bare or sign not in bare
        assert bare.count(sign) == bare.count(f"\\{sign}")
    assert len(table(("name",), [(shown,)]).splitlines()) == 3


def test_a_long_name_or_a_link_in_it_spoils_no_page() -> None:
    """It is cut and may break; nothing in it becomes a link by itself, turns the sentence around or steers anything."""
    shown = plain("x" * 500)
    assert shown.startswith("x" * 50 + "\u200b" + "x")
    assert len(shown.replace("\u200b", "")) == 400
    assert plain("www.evil.com https://evil \u202eno\x1b[0m") == "www\u2060.evil.com https\u2060\\://evil no\\[0m"


def test_commands_of_a_fix_stay_commands() -> None:
    """Backticks in pairs are ours; what stands around them is text; a single one is nobody's."""
    assert sentence("Run `hsqbo link`; not *that*.") == "Run `hsqbo link`; not \\*that\\*."
    assert sentence("one ` alone") == "one \\` alone"
    assert sentence("`a|b`") == "`a\\|b`"
