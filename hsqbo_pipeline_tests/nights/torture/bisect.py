"""Bad rows that refuse a whole batch: how many requests it takes until they stand alone."""

from __future__ import annotations

from pathlib import Path

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import Step, StepAction
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import H, Q, order

ROWS = 100


def bisection(data: Path, bad: int) -> int:
    """Requests beyond the first for a batch of 100 associations of which `bad`, evenly spread, are impossible.

    Raises AssertionError if the good ones were not all made, or a bad one was.
    """
    bench = Bench(data)
    try:
        who = str(bench.person(H, "create", "contacts", fields={"email": "a@x.com"})["id"])
        firms = [str(bench.person(H, "create", "companies", fields={"name": f"Firm {n}"})["id"]) for n in range(ROWS)]
        bench.read()
        for n in range(bad):
            firms[n * ROWS // bad] = "999999"
        now = bench.situation()
        operations = []
        for n, firm in enumerate(firms):
            end = {"to_object": "companies", "to_id": firm, "type_id": 279}
            step = Step(1, H, "contacts", StepAction.ASSOCIATE, end, target=who)
            operations.append(order(now, Entity.CUSTOMER, (Q, str(n)), H, [step]))
        bench.clear_traffic()
        result = bench.write(operations)
        assert (result.total("done"), result.total("refused")) == (ROWS - bad, bad)
        return len(bench.requests("hubspot", writes=True)) - 1
    finally:
        bench.close()
