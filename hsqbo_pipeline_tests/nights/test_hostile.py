"""A hostile world, seen from the command line: what is told, which exit code, and that nothing stays half-done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from ruamel.yaml import YAML

from hsqbo_pipeline.cli import main
from hsqbo_pipeline.store.lock import run_lock
from hsqbo_pipeline_tests.nights.house import House, house

NOTHING = {"hubspot": 0, "quickbooks": 0}
_CRAMPED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from hsqbo_pipeline.cli import main
main()
"""
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data") as found:
        found.customer("Ada Lovelace", "ada@example.com", GivenName="Ada", FamilyName="Lovelace")
        found.contact("bob@example.com", firstname="Bob", lastname="Ray")
        yield found


@pytest.fixture
def hsqbo(home: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in this process: its exit code, and all it said."""
    rules = home.data.parent / "sync.yaml"
    with rules.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump({"version": 1, **home.rules}, stream)
    monkeypatch.chdir(home.data.parent)
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setenv("HSQBO_DATA", str(home.data))
    monkeypatch.setenv("HSQBO_RULES", str(rules))
    monkeypatch.setenv("HSQBO_HUBSPOT_BASE_URL", home.served.hubspot_url)
    monkeypatch.setenv("HSQBO_QUICKBOOKS_BASE_URL", home.served.quickbooks_url)

    def call(*arguments: str) -> tuple[int, str]:
        home.served.sandbox.clock.advance(3600)
        for traffic in home.served.sandbox.traffic.values():
            traffic.clear()
        monkeypatch.setattr(sys, "argv", ["hsqbo", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out + captured.err

    return call


def _in_step(home: House) -> None:
    """Everybody is on both sides once."""
    assert sorted(one["DisplayName"] for one in home.live("quickbooks", "Customer")) == ["Ada Lovelace", "Bob Ray"]
    emails = sorted(one["properties"]["email"] for one in home.live("hubspot", "contacts"))
    assert emails == ["ada@example.com", "bob@example.com"]


@pytest.mark.rule("CFG_INVALID")
@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, "sync.yaml"),
        ("version: 1\ntimezone: [America\n", "sync.yaml:"),
        ("version: 1\ntimezone: America/New_York\ncustomers:\n  directoin: both\n", "sync.yaml:4: customers.directoin"),
        (
            "version: 1\ntimezone: America/New_York\ncustomers:\n  fields:\n    shoe_size: {enabled: false}\n",
            "sync.yaml:5: customers.fields.shoe_size",
        ),
    ],
    ids=["missing", "no YAML", "unknown key", "unknown field in the mapping"],
)
def test_bad_rules_are_named_with_their_place(home: House, hsqbo: Command, text: str | None, named: str) -> None:
    """A file of rules that is missing or wrong ends with exit code 2 and the line, before any request and any file."""
    rules = home.data.parent / "sync.yaml"
    rules.unlink()
    if text is not None:
        rules.write_text(text)
    code, said = hsqbo("sync")
    assert (code, home.requests(), home.data.exists()) == (2, 0, False)
    assert named in said


@pytest.mark.rule("A30", "D5")
def test_the_exit_code_reaches_the_shell(home: House, hsqbo: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 done, 1 red, 3 waiting for approval, 4 another run (with its name), 5 login: what cron sees is what the run says."""
    monkeypatch.setenv("HSQBO_HUBSPOT_TOKEN", "pat-wrong")
    code, said = hsqbo("sync")
    assert (code, home.writes()) == (5, NOTHING)
    assert "pat-wrong" not in said
    monkeypatch.delenv("HSQBO_HUBSPOT_TOKEN")
    with run_lock(home.data, "the-first-run", now=datetime.now(UTC)):
        code, said = hsqbo("sync")
    assert (code, home.requests()) == (4, 0)
    assert "the-first-run" in said
    home.served.sandbox.faults["quickbooks"].load([{"do": "503"}])
    assert (hsqbo("sync")[0], home.writes()) == (1, NOTHING)
    home.served.sandbox.faults["quickbooks"].clear()
    assert (hsqbo("sync", "--approve", "0000000000000000")[0], home.writes()) == (2, NOTHING)  # no plan has that name
    assert hsqbo("sync")[0] == 0
    _in_step(home)


@pytest.mark.rule("SYS_DISK_FULL", "N13")
@pytest.mark.parametrize("room", [20_000, 300_000, 600_000])
def test_a_full_disk_is_told_and_the_next_night_goes_on(home: House, hsqbo: Command, room: int) -> None:
    """No room for raw answers, for the state, for what people read: exit code 1, what to do, and each record once after it."""
    ended = subprocess.run(
        [sys.executable, "-c", _CRAMPED, str(room), "sync"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "the disk is full" in ended.stderr
    assert str(home.data) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert hsqbo("sync")[0] == 0
    _in_step(home)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="a user's rights are set as on Unix here")
def test_a_folder_that_may_not_be_written_is_named(
    home: House, hsqbo: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A data folder without write access is a matter of configuration: exit code 2, its name, no request."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        shut = Path(name) / "data"
        shut.mkdir(mode=0o500)
        Path(name).chmod(0o755)
        monkeypatch.chdir(name)
        monkeypatch.setenv("HSQBO_DATA", str(shut))
        monkeypatch.setenv("HSQBO_RULES", str(shutil.copy(home.data.parent / "sync.yaml", name)))
        try:
            if user == 0:
                os.seteuid(65534)  # root may write anywhere; nobody may not
            code, said = hsqbo("sync")
        finally:
            os.seteuid(user)
        monkeypatch.chdir(home.data.parent)
    assert (code, home.requests()) == (2, 0)
    assert str(shut) in said
    assert "write access" in said


@pytest.mark.rule("SYS_STATE_UNUSABLE")
def test_damaged_files_are_named_with_the_way_out(home: House, hsqbo: Command) -> None:
    """The warehouse, the login, what people read: each damaged file is named, nothing is sent, and the way out leads out."""
    assert hsqbo("sync")[0] == 0
    warehouse, tokens = home.data / "warehouse.duckdb", home.data / "tokens" / "quickbooks.json"
    whole = warehouse.read_bytes()
    warehouse.write_bytes(whole[: len(whole) // 2])
    code, said = hsqbo("sync")
    assert (code, home.requests()) == (1, 0)
    assert str(warehouse) in said
    assert "hsqbo rebuild" in said
    warehouse.write_bytes(whole)
    table = home.data / "published" / "record_states.parquet"
    table.write_bytes(b"no table")
    code, said = hsqbo("status")
    assert code == 1
    assert "run `hsqbo sync`" in said
    login = tokens.read_text()
    tokens.write_text(login[: len(login) // 2])
    code, said = hsqbo("sync")
    assert (code, home.writes()) == (2, NOTHING)
    assert str(tokens) in said
    tokens.write_text(login)
    assert (hsqbo("sync")[0], hsqbo("status")[0]) == (0, 0)
    _in_step(home)


@pytest.mark.rule("CFG_FIELD_MISSING")
def test_a_field_that_was_mended_is_taken_in_the_next_night(home: House, hsqbo: Command) -> None:
    """A mapped property that the portal does not have holds its object up; made by a person, it does no longer."""
    field = {"hubspot": "shoe_size", "quickbooks": "Notes", "direction": "hubspot_to_quickbooks"}
    rules = {"version": 1, **home.rules}
    rules["customers"] = {**home.rules["customers"], "custom_fields": [field]}
    with (home.data.parent / "sync.yaml").open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(rules, stream)
    code, said = hsqbo("sync")
    assert (code, home.writes()) == (1, NOTHING)
    assert "shoe_size" in said
    made = httpx.post(
        f"{home.served.hubspot_url}/crm/properties/2026-09/contacts",
        headers={"Authorization": "Bearer pat-sandbox"},
        json={
            "name": "shoe_size",
            "label": "Shoe size",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
        },
    )
    assert made.status_code == 201
    assert hsqbo("sync")[0] == 0
    _in_step(home)
