"""node-quickbooks, unmodified, where it reaches what python-quickbooks does not.

It queries by GET with its own percent-encoding, deletes and voids by sending the whole record back, pages by itself,
puts its request id into the address, and asks for mails and PDFs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.sandbox.frame.server import SandboxConfig, running
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import COMPANY, REALM

_SCRIPT = Path(__file__).with_name("node_judge.cjs")


@pytest.fixture(scope="module")
def saw() -> dict[str, Any]:
    """What the client saw, in one go through everything; skips without node and the package."""
    folder, node = os.environ.get("HSQBO_NODE_QUICKBOOKS", ""), shutil.which("node")
    if not node or not folder or not (Path(folder) / "node_modules" / "node-quickbooks").is_dir():
        pytest.skip("set HSQBO_NODE_QUICKBOOKS to a folder where npm installed node-quickbooks, with node on the PATH")
    with running(SandboxConfig(company=COMPANY, limits=False)) as served:
        done = subprocess.run(
            [node, str(_SCRIPT), str(Path(folder).resolve()), served.quickbooks_url, REALM],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.rule("QBC1", "QBT3")
def test_tokens(saw: dict[str, Any]) -> None:
    """A stale token is a 401 in the gateway's shape; the client refreshes by itself, goes on, and revokes in the end."""
    assert saw["stale"] == {"status": 401, "code": "3200"}
    assert saw["refreshed"] == ["bearer", True, 3600]
    assert (saw["home"], saw["company"]) == ("USD", "US")
    assert saw["revoked"] == 200


@pytest.mark.rule("QBC6", "QBT19", "QBT9")
def test_query_operators_in_the_address(saw: dict[str, Any]) -> None:
    """Every operator it knows, with apostrophes, ampersands and offsets percent-encoded by the client; it pages itself."""
    ann, bob, cy = saw["people"]
    assert (saw["equal"], saw["ampersand"], saw["like"], saw["inside"]) == ([ann], [bob], [ann], [bob, cy])
    assert (saw["since"], saw["before"], saw["counted"]) == (3, 0, 3)
    assert (saw["page"], saw["all"]) == ([bob, cy], [ann, bob, cy])
    assert saw["none"] == {}
    assert [saw[name]["code"] for name in ("operator", "unqueryable")] == ["4001", "4001"]


@pytest.mark.rule("QBC3", "QBC4", "QBT14", "QBT20")
def test_papers_sent_back_whole(saw: dict[str, Any]) -> None:
    """Void and delete with the whole record as body, a request id in the address, a mail, a PDF, and refusals by code."""
    assert (saw["replayed"], saw["balance"], saw["updated"], saw["voided"]) == (True, 40, "n", 0)
    assert (saw["sent"], saw["pdf"], saw["deleted"]) == ("EmailSent", "%PDF", "Deleted")
    assert "Voided" in saw["note"]
    assert [saw[name]["code"] for name in ("gone", "duplicate", "stray")] == ["610", "6240", "2010"]


@pytest.mark.rule("QBC2", "QBC7")
def test_batches_changes_and_what_is_not_there(saw: dict[str, Any]) -> None:
    """A mixed batch, changes with tombstones; reports and attachments, which are not simulated, are refused by code."""
    assert saw["batch"] == {"a": "Customer", "b": "Fault", "c": "QueryResponse"}
    assert saw["stubs"] == ["Deleted"]
    assert saw["report"] == {"status": 400, "code": "500"}
    assert saw["attachable"]["code"] == "4001"
