"""Help that suffices: every command has its place, every option its words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hsqbo_pipeline.cli import main
from hsqbo_pipeline.cli.app import PANELS, app, gathered


def _each(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name.strip() or "hsqbo", command
    for part, inner in getattr(command, "commands", {}).items():
        yield from _each(inner, f"{name} {part}")


def test_every_command_has_its_place() -> None:
    """No command is missing from the list of `hsqbo --help`, and none stands there twice."""
    listed = [name for names in PANELS.values() for name in names]
    made = gathered()
    registered = {info.name or info.callback.__name__ for info in app.registered_commands if info.callback}
    groups = {group.name for group in app.registered_groups}
    assert sorted(listed) == sorted(registered | groups)
    assert list(made.commands) == listed


def test_every_option_says_what_it_does() -> None:
    """Each command has a sentence, each option and argument its help; none shows a type where it takes no value."""
    silent, odd = [], []
    for name, command in _each(gathered()):
        if not command.help:
            silent.append(name)
        for param in command.params:
            silent += [f"{name} {param.name}"] if not getattr(param, "help", None) else []
            odd += [f"{name} {param.name}"] if getattr(param, "is_flag", False) and param.metavar != "" else []
    assert (silent, odd) == ([], [])


def test_the_first_page_tells_the_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`hsqbo --help` shows the groups in order and the codes a script needs."""
    monkeypatch.setattr(sys, "argv", ["hsqbo", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().out
    assert ended.value.code == 0
    places = [said.index(panel) for panel in PANELS]
    assert places == sorted(places)
    assert "3 waiting for approval" in said
    assert "<bool>" not in said
