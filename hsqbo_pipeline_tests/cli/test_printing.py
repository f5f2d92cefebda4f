"""What the terminal shows of a record is text: neither markup of ours nor codes of the terminal's."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.cli.printing import out, problem, table

EVIL = "[red]boo[/red] \x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \u202eturned\r\x9b2J"


def test_a_name_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Names with rich's markup, escape codes or signs that turn text stand there letter by letter, and do nothing."""
    table("Records", ("label",), [{"label": EVIL}])
    out.print(EVIL, markup=False)
    problem(EVIL)
    said = capsys.readouterr()
    assert [sign for sign in said.out + said.err if sign in "\x1b\x07\r\x9b\u202e"] == []
    assert said.out.count("boo[/red]") == 2
    assert "[red]boo[/red]" in said.err
