"""Alerts: five lines, names for new ones only, quiet about what was told; a ping after good nights."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.cli import main
from hsqbo_pipeline.reports.alerts import tell, tell_broken
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline_tests.reports.published_company import FIRST, NIGHT, SECOND, company, run, state

# apprise looks for a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
BEE = state("customer:-:11", "ID_EMAIL_SHARED", "Bob Bee")
HOPPER = state("customer:102:2", "CUS_INACTIVE", "Grace Hopper")


class Post(HTTPServer):
    """A loopback address that keeps what it is sent; `answer` is its status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Letter)
        self.got: list[str] = []
        self.pings = 0
        self.answer = 200

    @property
    def base(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Letter(BaseHTTPRequestHandler):
    server: Post

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body)["message"])
        self._end()

    def do_GET(self) -> None:
        self.server.pings += 1
        self._end()

    def _end(self) -> None:
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
        """Quiet."""


@contextmanager
def _post() -> Iterator[Post]:
    with Post() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def post() -> Iterator[Post]:
    with _post() as server:
        yield server


def settings(data: Path, post: Post, *, ping: bool = False) -> Settings:
    return Settings(
        _env_file=None,
        data=data,
        alert_urls=f"json://{post.base}/",
        ping_url=f"http://{post.base}/ping" if ping else "",
    )  # type: ignore[call-arg]


def continuous(**more: Any) -> list[dict[str, Any]]:
    """A run that is no night."""
    return [run(FIRST, 1), run(SECOND, 2, kind="continuous", **more)]


@pytest.mark.rule("A91")
def test_the_morning_message_has_five_lines_and_names_new_ones(tmp_path: Path, post: Post) -> None:
    """The first night's message holds the five lines, and each new problem by name."""
    told = tell(settings(tmp_path, post), company(tmp_path, record_states=[BEE]))
    assert told.sent
    lines = post.got[0].splitlines()
    assert [line.split(":")[0] for line in lines[:5]] == [
        "In step",
        "New problems",
        "Still open",
        "Money that differs",
        "Next",
    ]
    assert "Bob Bee" in lines[5]


def test_what_was_told_is_not_told_again(tmp_path: Path, post: Post) -> None:
    """A second run of the day with the same problems is quiet; a further problem is told, the known one unnamed."""
    data = company(tmp_path, record_states=[BEE], runs=continuous())
    assert tell(settings(data, post), data).sent
    assert tell(settings(data, post), data).message is None
    company(tmp_path, record_states=[BEE, HOPPER], runs=continuous())
    assert tell(settings(data, post), data).sent
    assert "Grace Hopper" in post.got[-1]
    assert "Bob Bee" not in post.got[-1]
    assert len(post.got) == 2


@pytest.mark.rule("AUTH_ENDS_SOON")
def test_a_login_that_ends_soon_is_told_once(tmp_path: Path, post: Post) -> None:
    """No record fails of it, and yet somebody must connect again before that day."""
    login = state("connection:quickbooks:login", "AUTH_ENDS_SOON", slots={"system": "quickbooks", "date": "2027-01-20"})
    data = company(tmp_path, record_states=[login], runs=continuous())
    assert tell(settings(data, post), data).sent
    assert "The login to QuickBooks ends on 2027-01-20." in post.got[-1]
    assert tell(settings(data, post), data).message is None


def test_a_solved_problem_goes_quietly_and_is_told_when_it_returns(tmp_path: Path, post: Post) -> None:
    """Nothing is sent when a problem goes; when it comes back it is new."""
    data = company(tmp_path, record_states=[BEE], runs=continuous())
    tell(settings(data, post), data)
    company(tmp_path, record_states=[], runs=continuous())
    assert tell(settings(data, post), data).message is None
    company(tmp_path, record_states=[BEE], runs=continuous())
    assert tell(settings(data, post), data).sent


@pytest.mark.parametrize("known", [("hubspot", "code:ID_EMAIL_SHARED"), ("quickbooks", "11")])
def test_an_acknowledged_problem_is_quiet_until_its_day(tmp_path: Path, post: Post, known: tuple[str, str]) -> None:
    """A code or a record that somebody knows of makes no noise up to the day given, and does after it."""
    system, found = known
    ack = {"entity": "customer", "system": system, "id": found, "verb": "ack", "who": "me", "at_time": NIGHT}
    data = company(tmp_path, record_states=[BEE], runs=continuous(), decisions=[{**ack, "until": date(2026, 11, 23)}])
    assert tell(settings(data, post), data).message is None
    company(tmp_path, record_states=[BEE], runs=continuous(), decisions=[{**ack, "until": date(2026, 11, 22)}])
    assert tell(settings(data, post), data).sent


def test_a_message_that_did_not_arrive_is_sent_the_next_time(tmp_path: Path, post: Post) -> None:
    """A dead webhook fails no run and loses no message."""
    data = company(tmp_path, record_states=[BEE], runs=continuous())
    post.answer = 500
    assert tell(settings(data, post), data).failed == ("message",)
    post.answer = 200
    assert tell(settings(data, post), data).sent


@pytest.mark.parametrize(("code", "pings"), [(0, 1), (3, 1), (1, 0)])
def test_good_nights_ping_once(tmp_path: Path, post: Post, code: int, pings: int) -> None:
    """The dead-man's switch hears of each good night once, and nothing of a red one."""
    data = company(tmp_path, runs=[run(SECOND, 1, exit_code=code)])
    wanted = settings(data, post, ping=True)
    assert tell(wanted, data).pinged is bool(pings)
    tell(wanted, data)
    assert post.pings == pings


def test_without_addresses_nothing_is_sent(tmp_path: Path) -> None:
    """Who set no address gets no message, and no failure."""
    data = company(tmp_path, record_states=[BEE])
    told = tell(Settings(_env_file=None, data=data), data)  # type: ignore[call-arg]
    assert (told.sent, told.failed) == (False, ())


def test_a_run_that_broke_off_is_told_once_a_day(published: Path, post: Post) -> None:
    """What, why and what comes next; the same reason is not told again on the same day, also not after the next report."""
    wanted = settings(published, post)
    assert tell_broken(wanted, published, "Job nightly_sync", "Its process was gone.", "it is tried once more.")
    assert post.got[-1].splitlines()[:2] == ["Why: Its process was gone.", "Next: it is tried once more."]
    tell(wanted, published)
    assert not tell_broken(wanted, published, "Job nightly_sync", "Its process was gone.", "it is tried once more.")
    assert tell_broken(wanted, published, "Job nightly_sync", "Another reason.", "it is tried once more.")
    post.answer = 500
    assert not tell_broken(wanted, published, "Sync", "The post is away.", "later")
    post.answer = 200
    assert tell_broken(wanted, published, "Sync", "The post is away.", "later")


def test_a_name_rings_nobody_and_fills_no_telephone(tmp_path: Path, post: Post) -> None:
    """A name stays on its line, is cut, steers no terminal, and calls nobody in a chat; an address in it stays whole."""
    name = "@everyone <@U1> ada@example.com \x1b[31m\nnew: Forged " + "x" * 500
    found = company(tmp_path, record_states=[state("customer:-:11", "ID_EMAIL_SHARED", name)])
    tell(settings(found, post), found)
    (line,) = [each for each in post.got[-1].splitlines() if "everyone" in each]
    assert line.startswith("  new: Customers: @\u2060everyone <@\u2060U1> ada@example.com [31m new: Forged xx")
    assert "\x1b" not in line
    assert len(line) < 400


def test_a_mistake_that_stops_crons_run_is_told(tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no terminal is attached, `hsqbo sync` tells people why there was no run; the exit code stays what it is."""
    rules = tmp_path / "sync.yaml"
    rules.write_text("timezone: America/New_York\ncustomers: {direction: sideways}\n", encoding="utf-8")
    monkeypatch.setenv("HSQBO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HSQBO_RULES", str(rules))
    monkeypatch.setenv("HSQBO_ALERT_URLS", f"json://{post.base}/hook")
    monkeypatch.setattr(sys, "argv", ["hsqbo", "sync"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "sync.yaml:2" in post.got[-1]
