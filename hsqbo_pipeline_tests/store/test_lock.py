"""One writing run at a time."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ExitCode, PipelineError
from hsqbo_pipeline.store.lock import holder, run_lock

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
_HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hsqbo_pipeline.store.lock import run_lock
with run_lock(Path(sys.argv[1]), "first", now=datetime(2026, 3, 2, 4, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def _other(data: Path) -> subprocess.Popen[bytes]:
    other = subprocess.Popen([sys.executable, "-c", _HOLD, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    return other


def test_second_run_is_told_who_writes(tmp_path: Path) -> None:
    """A second run ends with exit code 4 and the name of the run that holds the lock."""
    with _other(tmp_path) as other:
        with (
            pytest.raises(PipelineError, match=f"run first, process {other.pid}") as caught,
            run_lock(tmp_path, "second", now=NOW),
        ):
            pass
        assert caught.value.exit_code is ExitCode.BUSY
        assert caught.value.holder == "first"
        found = holder(tmp_path)
        assert found is not None
        assert found.pid == other.pid
        other.communicate()
    assert holder(tmp_path) is None


def test_waiting_run_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    """A run that may wait takes over as soon as the other has ended."""
    slept: list[float] = []
    with _other(tmp_path) as other:

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                other.communicate()

        with run_lock(tmp_path, "second", now=NOW, wait_for=7200, sleep=sleep) as died:
            assert died is None, "the first run ended in good order"
    assert len(slept) == 3


def test_waiting_ends(tmp_path: Path) -> None:
    """Waiting lasts as long as was said, and not longer."""
    slept: list[float] = []
    with (
        run_lock(tmp_path, "first", now=NOW),
        pytest.raises(PipelineError, match="after waiting 2 s"),
        run_lock(tmp_path, "second", now=NOW, wait_for=2.5, sleep=slept.append),
    ):
        pass
    assert sum(slept) == 2.5


def test_dead_run_does_not_keep_the_lock(tmp_path: Path) -> None:
    """A killed run's lock is free at once, and the next run learns whom it follows."""
    with _other(tmp_path) as other:
        other.kill()
        other.wait()
    assert holder(tmp_path) is None
    with run_lock(tmp_path, "second", now=NOW) as died:
        assert died is not None
        assert (died.run, died.pid) == ("first", other.pid)
    with run_lock(tmp_path, "third", now=NOW) as died:
        assert died is None
