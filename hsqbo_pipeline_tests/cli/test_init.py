"""`hsqbo init`: the questions, and what they do to a file that a person has written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hsqbo_pipeline.cli.app import _gather, app
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.rules import Mode, editing, parse
from hsqbo_pipeline.runs import setup
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running
from hsqbo_pipeline_tests.docs.markers import ROOT

NOW = datetime(2026, 11, 28, 16, 30, tzinfo=UTC)
OWN = """\
# ours, kept by Ada
timezone: Europe/Oslo   # we are in Bergen
mode: ask
start: 2026-01-01T00:00:00

customers: {direction: both, winner: hubspot}   # agreed with sales
invoices:
  direction: quickbooks_to_hubspot   # the books are the truth
  # nobody touches this
  memo_note_to_self_is_a_comment: # not a key
"""


class Desk:
    """A person at a terminal."""

    def __init__(self, rules: Path) -> None:
        self.rules = rules

    def init(self, *options: str, answers: tuple[str, ...] = ()) -> Result:
        """The command with these options; answers are typed one after the other, then Enter for the rest."""
        typed = "\n".join(answers) + "\n" * 12
        return CliRunner().invoke(app, ["init", *options], input=typed)


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    company = {"CompanyInfo": {"DefaultTimeZone": "Europe/Oslo"}, "Preferences": {"TaxPrefs": {"UsingSalesTax": True}}}
    with running(SandboxConfig(company=company, clock_start=NOW, limits=False)) as box:
        box.sandbox.quickbooks.office.steady = True  # each test begins with the same login and a folder of its own
        yield box


@pytest.fixture
def desk(served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    _gather()
    told = {"RULES": tmp_path / "sync.yaml", "DATA": tmp_path / "data", "HUBSPOT_BASE_URL": served.hubspot_url}
    for name, value in (told | {"QUICKBOOKS_BASE_URL": served.quickbooks_url}).items():
        monkeypatch.setenv(f"HSQBO_{name}", str(value))
    return Desk(tmp_path / "sync.yaml")


@pytest.mark.rule("A50")
def test_eight_questions_in_hubspots_order_write_rules_that_load(desk: Desk) -> None:
    """Directions, winner, customer, accounts, tax, start, mode, workflows; a wrong answer is asked again; the file loads."""
    said = desk.init(
        answers=("both", "newest", "companies", "Nowhere; Undeposited Funds", "Services; Undeposited Funds", "send_non", "today", "ask", "yes"),
    )  # fmt: skip
    asked = ["flows", "value stands", "customer", "account", "untaxed", "moment", "may a run do", "filter set"]
    numbered = [line for line in said.output.splitlines() if line[:1].isdigit()]
    once = list({line[:2]: line for line in numbered}.values())
    assert [word for word, line in zip(asked, once, strict=True) if word not in line] == []
    assert "income account: must be later, or one of" in said.output
    rules = parse(desk.rules.read_text())
    assert {rules.of(entity).direction.value for entity in setup.SECTIONS.values()} == {"both"}
    assert (rules.customers.winner, rules.customers.bill, rules.mode) == ("newest", "companies", Mode.ASK)
    assert (rules.products.income_account, rules.payments.deposit_to) == ("Services", {"default": "Undeposited Funds"})
    assert (rules.tax.us_untaxed_hs_invoice, rules.payments.workflows_exclude_backfill) == ("send_non", True)
    text = desk.rules.read_text()
    assert text.count("#") > 100
    assert "sample company" not in text


@pytest.mark.rule("1.29", "A70")
def test_the_start_is_the_midnight_before_in_the_companys_zone(desk: Desk) -> None:
    """Written and printed; the zone is QuickBooks'. The file that ships counts as none."""
    desk.rules.write_text(editing.shipped())
    said = desk.init("--yes")
    rules = parse(desk.rules.read_text())
    assert (rules.timezone, rules.mode) == ("Europe/Oslo", Mode.OBSERVE)
    assert rules.start_utc == datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert "Invoices made before 2026-11-28 00:00 (Europe/Oslo) are left alone, also by a backfill." in said.stdout


@pytest.mark.rule("A77", "A50")
def test_a_file_that_is_there_is_where_it_starts_from(desk: Desk) -> None:
    """Enter keeps every value and writes nothing; a change is shown as a diff, and no comment is lost."""
    mine = OWN.replace("  memo_note_to_self_is_a_comment: # not a key\n", "")
    desk.rules.write_text(mine)
    said = desk.init()
    assert "says all of that already" in said.stdout.replace("\n", " ")
    assert desk.rules.read_text() == mine
    said = desk.init("--winner", "newest", "--mode", "automatic", "--directions", "invoices=both", "--yes")
    assert "-mode: ask\n+mode: automatic" in said.stdout
    assert "Every comment stays." in said.output
    text, rules = desk.rules.read_text(), parse(desk.rules.read_text())
    assert (rules.mode, rules.customers.winner, rules.invoices.direction) == (Mode.AUTOMATIC, "newest", "both")
    assert (rules.timezone, rules.start and rules.start.isoformat()) == ("Europe/Oslo", "2026-01-01T00:00:00")
    for comment in ("ours, kept by Ada", "we are in Bergen", "agreed with sales", "the books are the truth", "nobody"):
        assert comment in text


def test_nothing_is_written_unless_one_agrees(desk: Desk) -> None:
    """A no at the end leaves the file as it was."""
    desk.rules.write_text("timezone: Europe/Oslo\nstart: 2026-01-01T00:00:00\nmode: ask\n")
    said = desk.init("--mode", "automatic", answers=("", "", "", "", "", "n"))
    assert "+mode: automatic" in said.stdout
    assert parse(desk.rules.read_text()).mode is Mode.ASK


@pytest.mark.rule("1.9", "1.16")
def test_workflows_are_asked_about_with_the_exact_filter(desk: Desk) -> None:
    """The filter names our two properties as they are in HubSpot; no answer means that the first payments wait."""
    said = desk.init()
    for word in ("`QuickBooks id` (qbo_id) is unknown", "`Made by QuickBooks backfill` (qbo_backfill) is unknown"):
        assert word in " ".join(said.output.split())
    assert parse(desk.rules.read_text()).payments.workflows_exclude_backfill is False


@pytest.mark.rule("CFG_INVALID")
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--mode", "auto", "mode: must be observe, ask, automatic"),
        ("--directions", "people=both", "directions: must be recommended or both"),
        ("--start", "soon", "start: must be today, a day such as 2026-11-28"),
        ("--deposit-to", "Services", "deposit account: must be later, or one of Checking"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(desk: Desk, option: str, value: str, said: str) -> None:
    """Machines get the same sentence as people, and nothing is written."""
    with pytest.raises(ConfigurationError, match=said) as wrong:
        CliRunner().invoke(app, ["init", "--yes", "--directions", "both", option, value], catch_exceptions=False)
    assert wrong.value.code == "CFG_INVALID"
    assert not desk.rules.exists()


def test_without_a_connection_the_zone_must_be_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreachable company stops nobody who says the zone; what could not be checked is told."""
    monkeypatch.setenv("HSQBO_QUICKBOOKS_REFRESH_TOKEN", "dead")
    with pytest.raises(ConfigurationError, match="--timezone America/New_York"):
        CliRunner().invoke(app, ["init", "--yes"], catch_exceptions=False)
    said = desk.init("--yes", "--timezone", "Europe/Paris")
    assert "names are not checked" in said.output
    assert parse(desk.rules.read_text()).timezone == "Europe/Paris"


def test_the_shipped_file_is_the_repositorys() -> None:
    """What init starts from is the file one finds in `data/`, to the byte."""
    assert editing.shipped() == (ROOT / "data" / "sync.yaml").read_text(encoding="utf-8")


PLACES: dict[editing.Path, Any] = {
    ("mode",): st.sampled_from(["observe", "ask", "automatic"]),
    ("customers", "direction"): st.sampled_from(["both", "off"]),
    ("customers", "bill"): st.sampled_from(["people", "companies"]),
    ("products", "income_account"): st.text("Ab é'\"#:-&x1,", min_size=1, max_size=12).map(lambda t: f"a{t}b"),
    ("payments", "deposit_to"): st.sampled_from(["35", "Undeposited Funds", "yes", "a: b", "a #b"]),
    ("payments", "workflows_exclude_backfill"): st.booleans(),
}


@given(st.data())
def test_any_change_leaves_the_rest_of_the_file_alone(data: st.DataObject) -> None:
    """In the shipped file, as in one in braces: the value reads back as said, everything else is unchanged, comments too."""
    text = data.draw(st.sampled_from([editing.shipped(), "timezone: UTC # a\ncustomers: {direction: off} # b\n# c\n"]))
    place = data.draw(st.sampled_from(list(PLACES)))
    value = data.draw(PLACES[place])
    after = editing.changed(text, place, value)
    expected = parse(text).model_dump(by_alias=False)
    spot = expected
    for key in place[:-1]:
        spot = spot[key]
    spot[place[-1]] = {"default": value} if place[-1] == "deposit_to" else value
    assert parse(after).model_dump(by_alias=False) == expected
    assert editing.lost_comments(text, after) == []
