"""Files of runs that nobody needs any more: reports, failure lists and exports older than the days they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

# Named after their run. `latest.html` and the worklist are always the newest, and stay; so does what a person put there.
_OF_RUNS = ("run-*.html", "failures-*.csv", "records-*.csv", "records-*.xlsx", "records-*.parquet", "records-*.json")


def forget_reports(data: Path, *, now: datetime, days: int) -> int:
    """Delete the files of `data/reports` that were written more than `days` days before `now`; how many."""
    before = now - timedelta(days=days)
    old = [
        path
        for pattern in _OF_RUNS
        for path in (data / "reports").glob(pattern)
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
