"""Nothing secret is in anything a night leaves behind (issue: tokens, logs, reports, Dagster's instance)."""

from __future__ import annotations

import base64
import gzip
import logging
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import dagster as dg
import duckdb
import httpx
import pyarrow as pa
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from hsqbo_pipeline.cli.app import _gather, app
from hsqbo_pipeline.defs.run_job import run_job
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import connect
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, running
from hsqbo_pipeline.sandbox.hubspot.tokens import READ_SCOPES, WRITE_SCOPES, Token
from hsqbo_pipeline.settings import load as load_settings

KEY = "pat-na1-5ecret-0f-the-portal"
ALERTS = "json://user:alert5ecret@127.0.0.1:9"
PING = "http://127.0.0.1:9/ping5ecret"
_PACKED = re.compile(rb"H4sI[A-Za-z0-9+/]{40,}={0,2}")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, unpacked: what a person or a machine could read there."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()):
        name, raw = path.relative_to(folder).as_posix(), path.read_bytes()
        if path.parent.name == "tokens":  # the one place where they are kept, for their owner only
            continue
        yield name, raw
        if path.suffix == ".zst":
            with pa.CompressedInputStream(pa.BufferReader(raw), "zstd") as stream:
                yield f"{name} unpacked", stream.read()
        elif path.suffix in (".duckdb", ".parquet"):
            yield f"{name} as rows", b"\n".join(_rows(path))
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(BytesIO(raw)) as book:
                yield f"{name} unzipped", b"\n".join(book.read(part) for part in book.namelist())
        for number, packed in enumerate(_PACKED.findall(raw)):
            yield f"{name} part {number}", gzip.decompress(base64.b64decode(packed))


def _rows(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) if path.suffix == ".duckdb" else duckdb.connect() as con:
        tables = [row[0] for row in con.execute("SHOW TABLES").fetchall()]
        for source in tables or [f"read_parquet('{path}')"]:
            yield repr(con.execute(f"SELECT * FROM {source}").fetchall()).encode()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    """A sandbox with a small company and a portal that knows a key of its own; the environment of its connection."""
    with running() as box:
        box.sandbox.hubspot.tokens.add(Token(KEY, READ_SCOPES | WRITE_SCOPES))
        mail = {"DisplayName": "Ada Lovelace", "PrimaryEmailAddr": {"Address": "ada@example.com"}}
        box.sandbox.quickbooks.person({"action": "create", "object": "Customer", "fields": mail})
        rules = tmp_path / "sync.yaml"
        rules.write_text("timezone: America/New_York\nstart: 2026-01-01T00:00:00\nlimits: off\nmode: automatic\n")
        told = {
            "DATA": tmp_path / "data", "RULES": rules, "HUBSPOT_BASE_URL": box.hubspot_url, "ALERT_URLS": ALERTS,
            "QUICKBOOKS_BASE_URL": box.quickbooks_url, "PING_URL": PING,
        }  # fmt: skip
        for name, value in told.items():
            monkeypatch.setenv(f"HSQBO_{name}", str(value))
        yield box


def secrets_of(box: RunningSandbox) -> set[str]:
    """Every secret there is by now: of the settings, and whatever the token endpoints have handed out."""
    office = box.sandbox.quickbooks.office
    issued = {*office._access, *office._refresh, *office._codes}
    return {KEY, "pat-sandbox", "sandbox-secret", "alert5ecret", "ping5ecret", *issued}


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.rule("A32", "H31")
def test_a_night_leaves_no_secret_anywhere(
    served: RunningSandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Connecting, a night with a 401 whose text holds the token, one with a dead key, doctor and failures: standard output,
    logs at every level, database, raw answers, reports and Dagster's own files hold no secret and no `Authorization`."""
    caplog.set_level(logging.DEBUG)
    settings = load_settings()
    consent = connect.quickbooks_consent(settings)
    connect.connect_quickbooks(settings, consent, httpx.get(consent.address).headers["location"])
    connect.connect_hubspot_key(settings, SecretStr(KEY), Rules(timezone="UTC"))
    caplog.clear()  # the line above is the test's own browser: it holds the address with the code
    faults = served.sandbox.faults["quickbooks"]
    faults.load([{"do": "401", "when": {"nth": 4}}])
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        green, ended = run_job("nightly_sync", instance=instance, approve="auto")
        assert (green, ended and ended.exit_code) == (True, ExitCode.DONE)
        del served.sandbox.hubspot.tokens.known[KEY]
        faults.load([{"do": "401"}])
        green, ended = run_job("nightly_sync", instance=instance)
        assert (green, ended and ended.exit_code) == (False, ExitCode.LOGIN)
    _gather()
    said = [CliRunner().invoke(app, command).output for command in (["doctor", "--json"], ["failures"], ["status"])]
    found = [
        *contents(tmp_path),
        ("log", caplog.text.encode()),
        ("output", "".join([*said, *capfd.readouterr()]).encode()),
    ]
    names = " ".join(name for name, _content in found)
    for kind in (
        "warehouse.duckdb as rows",
        ".zst unpacked",
        ".html part",
        ".parquet as rows",
        "dagster/",
        "alerts.json",
    ):
        assert kind in names
    secrets = [each.encode() for each in secrets_of(served)]
    assert len(secrets) >= 10
    leaks = {(name, secret) for name, content in found for secret in secrets if secret in content}
    assert leaks == set()
    headers = re.compile(rb"Authorization|Bearer [A-Za-z0-9]|Basic [A-Za-z0-9+/=]{12}")
    assert {(name, hit[0]) for name, content in found if (hit := headers.search(content))} == set()


def test_the_search_for_secrets_finds_them(tmp_path: Path) -> None:
    """A secret in a packed part of a page, in a raw answer, in a sheet and in the database is found: the search is no sham."""
    secret = b"pat-na1-planted"
    (tmp_path / "page.html").write_bytes(b"<p>" + base64.b64encode(gzip.compress(secret * 40, mtime=0)))
    with pa.CompressedOutputStream(str(tmp_path / "raw.zst"), "zstd") as stream:
        stream.write(secret)
    with zipfile.ZipFile(tmp_path / "sheet.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("sheet1.xml", secret)
    with duckdb.connect(str(tmp_path / "state.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT 'pat-na1-planted' AS v")
        con.execute(f"COPY t TO '{tmp_path / 'state.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    found = {name.split(".")[0] for name, content in contents(tmp_path) if secret in content}
    assert found == {"page", "raw", "sheet", "state"}
