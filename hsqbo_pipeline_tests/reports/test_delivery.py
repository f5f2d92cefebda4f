"""The export that comes by itself, and files of runs that go again."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import python_calamine

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.alerts import tell
from hsqbo_pipeline.reports.delivery import send_file
from hsqbo_pipeline.reports.keeping import forget_reports
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline_tests.reports.published_company import FIRST, SECOND, company, run
from hsqbo_pipeline_tests.reports.test_alerts import Letter, Post, _post

# apprise looks for a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Parcel(Letter):
    """Keeps what is attached."""

    def do_POST(self) -> None:  # noqa: N802 - the library's own name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got += [each["base64"] for each in body["attachments"]]
        self._end()


@pytest.fixture
def post() -> Iterator[Post]:
    with _post() as server:
        server.RequestHandlerClass = Parcel
        yield server


def settings(data: Path, post: Post, **more: object) -> Settings:
    return Settings(_env_file=None, data=data, export_urls=f"json://{post.base}/", **more)  # type: ignore[call-arg]


def night(data: Path, days: int, **more: object) -> Path:
    """The company as published after a night, so many days after its second one."""
    ended = datetime(2026, 11, 24, 9, 5, tzinfo=UTC) + timedelta(days=days)
    return company(data, runs=[run(FIRST, 1), run(SECOND, 2, ended_at=ended, **more)])


def rows_of(parcel: str) -> list[list[str]]:
    """The cells of an attached spreadsheet."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(base64.b64decode(parcel)))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


@pytest.mark.rule("1.35", "A91")
def test_the_export_comes_once_a_week(tmp_path: Path, post: Post) -> None:
    """All records as a spreadsheet with the first night, none for six days, and again on the seventh; masked if so set."""
    for day, parcels in ((0, 1), (0, 1), (6, 1), (7, 2)):
        tell(settings(tmp_path, post, export_masked=day == 7), night(tmp_path, day))
        assert len(post.got) == parcels, day
    open_rows, masked_rows = (rows_of(parcel) for parcel in post.got)
    assert open_rows[0][:2] == ["entity", "label"]
    assert any("Grace Hopper" in row for row in open_rows)
    assert not any("Grace Hopper" in cell for row in masked_rows for cell in row)


@pytest.mark.rule("1.35")
def test_an_export_that_did_not_get_through_comes_with_the_next_night(tmp_path: Path, post: Post) -> None:
    """A refused delivery fails no run, is told, and is tried again; a run that is no night sends nothing."""
    post.answer = 500
    assert "export" in tell(settings(tmp_path, post), night(tmp_path, 0)).failed
    post.answer, post.got = 200, []
    assert tell(settings(tmp_path, post), night(tmp_path, 0, kind="continuous")).failed == ()
    assert post.got == []
    assert tell(settings(tmp_path, post), night(tmp_path, 1)).failed == ()
    assert len(post.got) == 1


def test_sending_to_nobody_says_which_setting_is_empty(tmp_path: Path) -> None:
    """`hsqbo export --send` without an address names the setting."""
    with pytest.raises(ConfigurationError, match="HSQBO_EXPORT_URLS"):
        send_file(Settings(_env_file=None, data=tmp_path), tmp_path / "x.csv", "")  # type: ignore[call-arg]


def test_old_reports_go_and_the_newest_stay(tmp_path: Path) -> None:
    """Files of runs go after their days; the newest report, the worklist and what a person put there stay whatever their age."""
    folder = tmp_path / "reports"
    folder.mkdir()
    old = ("run-1-a.html", "failures-1-a.csv", "records-1.xlsx", "latest.html", "worklist.xlsx", "mine.csv")
    for name in (*old, "run-2-b.html"):
        (folder / name).touch()
    written = (datetime.now(UTC) - timedelta(days=41)).timestamp()
    for name in old:
        os.utime(folder / name, (written, written))
    assert forget_reports(tmp_path, now=datetime.now(UTC), days=40) == 3
    assert sorted(path.name for path in folder.iterdir()) == [
        "latest.html",
        "mine.csv",
        "run-2-b.html",
        "worklist.xlsx",
    ]
