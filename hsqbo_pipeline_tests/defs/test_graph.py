"""The graph as committed: assets, what they wait for, jobs and schedules. A change of it is a change of this file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from hsqbo_pipeline.definitions import defs

GRAPH = Path(__file__).parent / "graph.json"


@pytest.fixture(autouse=True)
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules of our own, and no data folder yet."""
    path = tmp_path / "sync.yaml"
    path.write_text("timezone: America/New_York\nstart: 2026-11-01T00:00:00\n", encoding="utf-8")
    monkeypatch.setenv("HSQBO_RULES", str(path))
    monkeypatch.setenv("HSQBO_DATA", str(tmp_path / "data"))
    return path


def structure(made: dg.Definitions) -> dict[str, object]:
    """What of the definitions is worth being noticed when it changes."""
    graph = made.resolve_asset_graph()
    repository = made.get_repository_def()
    jobs = {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}
    return {
        "assets": {
            key.to_user_string(): {
                "group": graph.get(key).group_name,
                "deps": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
                "kinds": sorted(graph.get(key).kinds),
                "partitioned": graph.get(key).partitions_def is not None,
                "checks": sorted(check.name for check in graph.get_check_keys_for_assets({key})),
            }
            for key in sorted(graph.get_all_asset_keys())
        },
        "jobs": {
            name: sorted(key.to_user_string() for key in jobs[name].asset_layer.selected_asset_keys)
            for name in sorted(jobs)
        },
        "schedules": {
            each.name: [each.cron_schedule, each.execution_timezone, each.default_status.value]
            for each in sorted(repository.schedule_defs, key=lambda each: each.name)
        },
        "sensors": sorted(each.name for each in repository.sensor_defs),
    }


def test_the_graph_is_the_committed_one() -> None:
    """Assets, dependencies, groups, checks, jobs and schedules are those of graph.json."""
    assert structure(defs()) == json.loads(GRAPH.read_text(encoding="utf-8"))


def test_the_definitions_load_and_every_asset_says_what_it_is() -> None:
    """Dagster finds nothing missing; each asset has a description, an owner, a kind and a single-run backfill."""
    made = defs()
    dg.Definitions.validate_loadable(made)
    graph = made.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.backfill_policy == dg.BackfillPolicy.single_run(), key


def test_only_the_books_have_days() -> None:
    """One partitioned asset: daily in the company's zone, the running day included."""
    graph = defs().resolve_asset_graph()
    (books,) = [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is not None]
    days = graph.get(books).partitions_def
    assert isinstance(days, dg.DailyPartitionsDefinition)
    assert (books.to_user_string(), days.timezone, days.end_offset) == ("books", "America/New_York", 1)
    assert days.get_first_partition_key() == "2026-11-01"


def test_a_connections_name_comes_first_in_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """HSQBO_CONNECTION prefixes every asset key and is the value of the tag that keeps writers apart."""
    monkeypatch.setenv("HSQBO_CONNECTION", "acme")
    made = defs()
    assert {key.path[0] for key in made.resolve_asset_graph().get_all_asset_keys()} == {"acme"}
    assert made.resolve_job_def("nightly_sync").tags["hsqbo/writes"] == "acme"


def test_columns_come_from_the_field_map() -> None:
    """Column schema and lineage name each mapped field, its property and its path."""
    graph = defs().resolve_asset_graph()
    told = graph.get(dg.AssetKey("valid_customers")).metadata
    columns = {column.name: column for column in told["dagster/column_schema"].columns}
    assert {"system", "id", "email", "display_name"} <= set(columns)
    assert "HubSpot email; QuickBooks PrimaryEmailAddr.Address" in (columns["email"].description or "")
    deps = told["dagster/column_lineage"].deps_by_column["email"]
    assert {(dep.asset_key.to_user_string(), dep.column_name) for dep in deps} == {
        ("hubspot_contacts", "email"),
        ("quickbooks_customers", "PrimaryEmailAddr.Address"),
    }


@pytest.mark.parametrize("name", ["valid", "upsert_batches", "matched", "applied"])
def test_lineage_leads_to_columns_that_exist(name: str) -> None:
    """No column's origin is a column its asset does not have."""
    graph = defs().resolve_asset_graph()
    schemas = {
        key: {column.name for column in graph.get(key).metadata["dagster/column_schema"].columns}
        for key in graph.get_all_asset_keys()
        if "dagster/column_schema" in graph.get(key).metadata
    }
    chosen = [key for key in schemas if name in key.to_user_string()]
    assert len(chosen) == 4
    for key in chosen:
        lineage = graph.get(key).metadata["dagster/column_lineage"].deps_by_column
        assert set(lineage) <= schemas[key]
        for dep in (dep for deps in lineage.values() for dep in deps):
            assert dep.column_name in schemas[dep.asset_key], dep


def test_rules_that_are_wrong_do_not_take_the_ui_away(rules: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With a mistake in the rules the code location loads all the same and says where the mistake is."""
    rules.write_text("timezone: Atlantis/Capital\n", encoding="utf-8")
    dg.Definitions.validate_loadable(defs())
    assert "no such time zone" in caplog.text


def test_loading_imports_nothing_heavy() -> None:
    """Data libraries are imported by assets that run, not by loading the code location."""
    code = (
        "import sys; from hsqbo_pipeline.definitions import defs; defs();"
        "print([name for name in ('pandas', 'pandera', 'duckdb', 'pyarrow', 'httpx', 'altair') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_workspace_and_project_name_the_same_module() -> None:
    """`dagster -w workspace.yaml` and `dg` load the same code location."""
    import tomllib

    from ruamel.yaml import YAML

    root = Path(__file__).parents[2]
    workspace = YAML(typ="safe").load((root / "workspace.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (entry,) = workspace["load_from"]
    assert entry["python_module"]["module_name"] == project["tool"]["dg"]["project"]["code_location_target_module"]
