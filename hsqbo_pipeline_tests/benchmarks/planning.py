"""Match and plan of very many customers a side of which one in a hundred changed."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from hsqbo_pipeline.core import customers
from hsqbo_pipeline.core.match import match
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.core.ledger import situation

SQL = Statements(Path(__file__).parent / "sql")
_FILL = ("fill_customers", "fill_links", "fill_baselines", "fill_mirror", "fill_due")
_PARAMETERS = {"fill_mirror": (), "fill_customers": ("people", "changed"), "fill_due": ("people", "changed")}


def measure(folder: Path, people: int = 1_000_000, changed: int = 100) -> dict[str, float]:
    """Seconds of the clock and of the processor, operations planned, and the process's largest memory in MiB."""
    given = {"people": people, "changed": changed}
    with Warehouse.open(folder) as warehouse:
        for name in _FILL:
            SQL.run(warehouse.con, name, **{key: given[key] for key in _PARAMETERS.get(name, ("people",))})
    with Warehouse.open(folder) as warehouse:
        now = situation()
        started, used = time.monotonic(), time.process_time()
        match(warehouse.con, Entity.CUSTOMER, now)
        matched = time.process_time() - used
        verdicts = customers.plan(warehouse.con, now)
        return {
            "seconds": time.monotonic() - started,
            "processor_match": matched,
            "processor": time.process_time() - used,
            "operations": sum(len(verdict.operations) for verdict in verdicts),
            "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
