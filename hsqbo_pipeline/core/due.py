"""Which records have to be evaluated: changed ones, those whose rules changed, and the children of changed parents.

A row of `due` stays until its record is in step or excluded, so nothing here needs to think of retries. What a
record's children have to be told of is compared with `links_seen`, the links as they were when children were last
marked.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity

SQL = Statements(Path(__file__).parent / "sql")

# Whose links decide about an entity's records.
_PARENTS: dict[Entity, tuple[str, ...]] = {
    Entity.CUSTOMER: (),
    Entity.PRODUCT: (),
    Entity.INVOICE: (Entity.CUSTOMER.value, Entity.PRODUCT.value),
    Entity.PAYMENT: (Entity.INVOICE.value,),
}


def mark_before(con: duckdb.DuckDBPyConnection, entity: Entity, run_id: str) -> None:
    """Mark what can only be seen while the typed table still holds the rows of last time."""
    if entity is Entity.CUSTOMER:
        SQL.run(con, "due_moved_jobs", run_id=run_id)
        SQL.run(con, "due_left_addresses", run_id=run_id)
    if entity is Entity.INVOICE:
        SQL.run(con, "due_contacts_before", run_id=run_id)


def mark_touched(con: duckdb.DuckDBPyConnection, entity: Entity, rules_hash: str, run_id: str) -> None:
    """Mark what changed or vanished, once the typed tables of `entity` are up to date."""
    SQL.run(con, "due_gone", entity=entity, run_id=run_id)
    forget(con, entity)
    SQL.run(con, "due_changed", entity=entity, run_id=run_id, rules_hash=rules_hash)
    SQL.run(con, "due_rejects", entity=entity, run_id=run_id)
    if entity is Entity.INVOICE:
        SQL.run(con, "due_contacts", run_id=run_id, rules_hash=rules_hash)


def forget(con: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """What is in `vanished` is due no more, known no more and reported no more."""
    for kept in ("due_forget", "due_forget_evaluated", "due_forget_states", "due_forget_rejects"):
        SQL.run(con, kept, entity=entity)


def mark_others(con: duckdb.DuckDBPyConnection, entity: Entity, rules_hash: str, run_id: str) -> None:
    """Mark records that nobody touched: those of changed rules, and children of changed parents."""
    SQL.run(con, "due_rules", entity=entity, run_id=run_id, rules_hash=rules_hash)
    mark_children(con, entity, run_id)


def waiting(con: duckdb.DuckDBPyConnection, entity: Entity) -> int:
    """How many records of `entity` wait for evaluation."""
    return int(con.execute("SELECT count(*) FROM due WHERE entity = $entity", {"entity": entity}).fetchall()[0][0])


def mark_children(con: duckdb.DuckDBPyConnection, entity: Entity, run_id: str) -> None:
    """Mark records whose parent was linked, moved or unlinked since they were last marked, or is about to be.

    Asked again once the parents of this run are decided: what follows from their links is done in the same night.
    """
    parents = list(_PARENTS[entity])
    if not parents or SQL.rows(con, "due_links_alike", parents=parents, run_id=run_id)[0]["alike"]:
        return
    SQL.run(con, "due_links_moved", parents=parents, run_id=run_id)
    SQL.run(con, f"due_children_{entity.value}", run_id=run_id)
    SQL.run(con, "due_links_forget", parents=parents)
    SQL.run(con, "due_links_remember", parents=parents)
