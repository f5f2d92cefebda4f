"""What the pages name exists: commands, options, settings, make targets, links."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from hsqbo_pipeline.defs.jobs import ASKED, EXPORT_JOB
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.settings import variables
from hsqbo_pipeline_tests.docs import commands, configuration, generate, sandbox
from hsqbo_pipeline_tests.docs.blocks import filled
from hsqbo_pipeline_tests.docs.markers import ROOT, Test
from hsqbo_pipeline_tests.docs.pages import anchors, commands_in, links_in, pages

PAGES = pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    """Every command and option that a page names is known to the command line."""
    known = commands.commands()
    wrong = []
    for words, options in commands_in(page):
        name = _longest(words, [*known])
        if name is None:
            wrong.append(words)
        else:
            wrong += [f"{name} {option}" for option in options - known[name].options]
    assert wrong == []


def _longest(words: str, names: list[str]) -> str | None:
    fitting = [name for name in names if f"{words} ".startswith(f"{name} ")]
    return max(fitting, key=len, default=None)


def test_every_command_says_what_it_does() -> None:
    """The table of commands has a sentence for each."""
    assert [each.name for each in commands.commands().values() if not each.says] == []


def test_generated_parts_are_current() -> None:
    """What is generated is as the code has it now (`python -m hsqbo_pipeline_tests.docs.generate` writes it)."""
    assert generate.stale() == []


def test_a_changed_page_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand-made change inside a generated part does not pass unseen."""
    page = tmp_path / "page.md"
    page.write_text("<!-- made: faults -->\n`none`\n<!-- end -->\n", encoding="utf-8")
    monkeypatch.setattr(generate, "documents", lambda: {page: filled(page.read_text(), generate.makers())})
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.stale() == ["page.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    """Links inside the repository lead to files, and their anchors to headings."""
    missing = []
    for target in links_in(page):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_knows_this_machine(page: Path) -> None:
    """No page names a home directory, a path of one machine, or a package registry."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"/(?:work|home|root|tmp|Users)/\S*|\b(?:pypi|npmjs|crates)\.\w+", text) == []


def test_settings_are_those_of_the_code() -> None:
    """The variables in the pages, in `.env.example` and in the settings are the same."""
    known, page = set(variables()), (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert set(configuration.env_comments()) == known
    assert [name for name in known if f"| `{name}` |" not in page] == []
    named = {name for each in PAGES for name in re.findall(r"\bHSQBO_[A-Z_]*[A-Z]\b", each.read_text(encoding="utf-8"))}
    assert named - known - {"HSQBO_SHARED", "HSQBO_PYTHON_QUICKBOOKS", "HSQBO_NODE_QUICKBOOKS"} == set()


def test_every_setting_does_something() -> None:
    """A variable that can be set is read somewhere in the program."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "hsqbo_pipeline").rglob("*.py")]
    text = "\n".join(source for source in sources if "class Settings(" not in source)
    fields_of = [name.removeprefix("HSQBO_").lower() for name in variables()]
    # The overlaps and the wait are read as spans, under their names without the unit.
    silent = [name for name in fields_of if not re.search(rf"\.{name.removesuffix('_minutes')}\b", text)]
    assert silent == []


def test_settings_of_the_rules_have_a_meaning() -> None:
    """Every part of `sync.yaml` has a table in the page, and every key of the schema stands in one."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [key for key in configuration.all_keys() if f"`{key}`" not in page] == []


def test_switches_in_the_pages_exist() -> None:
    """A switch named among the unverified behaviours is one of the sandbox's, and its own table has them all."""
    known = {each.name for each in fields(Switches)}
    page = (ROOT / "docs" / "unverified.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:hs|qb)_[a-z_0-9]+)`", page))
    assert named
    assert named - known == set()
    table = sandbox.switch_table()
    assert [name for name in known if f"| `{name}` |" not in table] == []


def test_make_targets_exist() -> None:
    """A `make` target named on a page is in the Makefile."""
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = {name for page in PAGES for name in re.findall(r"`?\bmake ([a-z]+)\b`", page.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_exit_codes_are_told() -> None:
    """The table of exit codes has a row for every code there is, and no other."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert {int(number) for number in re.findall(r"(?m)^\| (\d) \|", page)} == {int(code) for code in ExitCode}


def test_control_endpoints_are_told() -> None:
    """The page of the sandbox names every control endpoint there is."""
    source = (ROOT / "hsqbo_pipeline" / "sandbox" / "frame" / "control.py").read_text(encoding="utf-8")
    routes = set(re.findall(r'(?:_route\(|CONTROL \+ )"(/[a-z]+)"', source))
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert routes
    assert [route for route in routes if f"/_sandbox{route}" not in page] == []


def test_points_of_the_sandbox_are_proven_or_confessed() -> None:
    """Each checklist item and trap has a test, a reason, or says openly that it has none; tests named there exist."""
    found = sandbox.point_proofs()
    unproven = {each.id for each in sandbox.points() if not found.get(each.id) and not each.not_simulated}
    assert unproven == sandbox.without_test()
    assert all(isinstance(test, Test) for tests in found.values() for test in tests)


def test_jobs_are_told() -> None:
    """The page for whoever keeps it running has a row for each of Dagster's jobs, and no other."""
    jobs = {*ASKED, EXPORT_JOB}
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `([a-z_]+)` \| (?:\d|Sun|every|by hand)", page)) == jobs
