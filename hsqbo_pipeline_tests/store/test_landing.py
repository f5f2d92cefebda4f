"""Raw answers on disk."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hsqbo_pipeline.store import landing
from hsqbo_pipeline.store.landing import Landing

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def _land(data: Path, run: str, *pages: bytes) -> None:
    with Landing(data, run).pages("quickbooks", "Invoice") as file:
        for page in pages:
            file.write(page, NOW, "tid-1")


def test_answers_come_back_as_they_were(tmp_path: Path) -> None:
    """Pages are read back in order with time and request id, pretty-printed ones too, and amounts keep their digits."""
    _land(tmp_path, "run-1", b'{"a":\r\n  {"TotalAmt": 100.10}}', '{"a":"zwölf\\nlines"}'.encode())
    _land(tmp_path, "run-1", b'{"b":1}')
    found = list(landing.read_back(tmp_path, "quickbooks", "Invoice"))
    assert [each.page for each in found] == [{"a": {"TotalAmt": Decimal("100.10")}}, {"a": "zwölf\nlines"}, {"b": 1}]
    assert str(found[0].page["a"]["TotalAmt"]) == "100.10"
    assert {(each.run, each.at, each.request_id) for each in found} == {("run-1", NOW, "tid-1")}


def test_only_answers_that_mention_a_record(tmp_path: Path) -> None:
    """A record's history is looked for without parsing what does not mention it."""
    _land(tmp_path, "run-1", b'{"Id":"1"}', b'{"Id":"2"}')
    assert [each.page for each in landing.read_back(tmp_path, "quickbooks", "Invoice", mentions='"2"')] == [{"Id": "2"}]


def test_what_each_answer_said_of_one_record(tmp_path: Path) -> None:
    """The record is cut out of its page; a number that looks like its id elsewhere is not taken for it."""
    _land(tmp_path, "run-1", b'{"Invoice":[{"Id":"2","TotalAmt":1.10,"Line":[{"Id":"2"}]},{"Id":"3","DocNumber":"2"}]}')
    _land(tmp_path, "run-2", b'{"Invoice":{"Id":"2","TotalAmt":2.20}}')
    found = [
        (each.run, each.page["TotalAmt"]) for each in landing.answers_about(tmp_path, "quickbooks", "Invoice", "2")
    ]
    assert found == [("run-1", Decimal("1.10")), ("run-2", Decimal("2.20"))]


def test_unfinished_file_is_not_read(tmp_path: Path) -> None:
    """A file cut short by a crash has no name yet; what reads landing does not see it."""
    file = Landing(tmp_path, "run-1").pages("quickbooks", "Invoice")
    file.write(b'{"Id":"1"}', NOW, None)
    assert list(landing.read_back(tmp_path, "quickbooks", "Invoice")) == []
    file.close()
    assert len(list(landing.read_back(tmp_path, "quickbooks", "Invoice"))) == 1


def test_nothing_read_leaves_no_file(tmp_path: Path) -> None:
    """An object without an answer leaves nothing on disk."""
    with Landing(tmp_path, "run-1").pages("hubspot", "contacts"):
        pass
    assert not (tmp_path / landing.FOLDER).exists()


def test_old_answers_are_let_go(tmp_path: Path) -> None:
    """Landing older than its retention goes run by run; newer runs stay."""
    _land(tmp_path, "old", b"{}")
    _land(tmp_path, "new", b"{}")
    long_ago = (NOW - timedelta(days=40)).timestamp()
    for path in sorted((tmp_path / landing.FOLDER / "old").rglob("*"), reverse=True):
        os.utime(path, (long_ago, long_ago))
    os.utime(tmp_path / landing.FOLDER / "old", (long_ago, long_ago))
    assert landing.keep(tmp_path, 30, NOW) == 1
    assert [path.name for path in (tmp_path / landing.FOLDER).iterdir()] == ["new"]


def test_forgetting_a_record_takes_every_answer_about_it(tmp_path: Path) -> None:
    """What mentions a forgotten record is deleted; answers that do not are kept."""
    _land(tmp_path, "run-1", b'{"Id":"1"}')
    _land(tmp_path, "run-2", b'{"Id":"11"}')
    assert landing.forget(tmp_path, "quickbooks", "Invoice", "1") == 1
    assert [each.page for each in landing.read_back(tmp_path, "quickbooks", "Invoice")] == [{"Id": "11"}]
