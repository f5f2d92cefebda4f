"""Who belongs to whom: links first, then keys, never a guess.

`match` fills `pairs` with one row per due record or pair and says how sure it is:

- `linked`, `alias`: a link says so
- `matched`: exactly one possible partner, whose only possible partner this is
- `single`: nobody on the other side has the key
- `shared`: others on the same side have the key; `ambiguous`: several possible partners; `claimed`: the partner is taken
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import TABLES, Entity

SQL = Statements(Path(__file__).parent / "sql")

# Columns a person may choose as match keys (rules `match.fields`), by entity.
KEY_COLUMNS = {
    Entity.CUSTOMER: ("email", "first_name", "last_name", "phone", "company", "display_name", "zip", "city"),
    Entity.PRODUCT: ("sku", "name"),
}


def match(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> dict[str, int]:
    """Fill `pairs` for one entity and return how many of each kind there are."""
    if entity is Entity.INVOICE:
        from hsqbo_pipeline.core.invoices.match import match_invoices

        match_invoices(con, situation)
    elif entity is Entity.PAYMENT:
        from hsqbo_pipeline.core.payments.match import match_payments

        match_payments(con, situation)
    else:
        _match_by_key(con, entity, situation)
    kinds = con.execute(
        "SELECT kind, count(*) FROM pairs WHERE entity = $entity GROUP BY kind ORDER BY kind", {"entity": entity}
    ).fetchall()
    return {str(kind): int(number) for kind, number in kinds}


def _match_by_key(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> None:
    table = TABLES[entity]
    con.execute(f"CREATE OR REPLACE TEMP VIEW all_rows AS SELECT system, id, merged_ids FROM {table}")  # noqa: S608 - our own name
    SQL.run(con, "match_clear", entity=entity)
    SQL.run(con, "match_follow_merges", entity=entity)
    SQL.run(con, "match_moved_baselines", entity=entity)
    matched_by = _make_keys(con, entity, situation)
    SQL.run(con, "match_linked", entity=entity)
    SQL.run(con, "match_rivals", entity=entity)
    SQL.run(con, "match_free", entity=entity, matched_by=matched_by)


def _make_keys(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> str:
    """Fill `match_keys` as the rules say and return the name of the key."""
    rules = situation.rules.customers if entity is Entity.CUSTOMER else situation.rules.products
    mode = rules.match.mode
    if mode == "fields" and rules.match.fields:
        fields = [name for name in rules.match.fields if name in KEY_COLUMNS[entity]]
        _keys_of_fields(con, TABLES[entity], fields)
        return "+".join(fields)
    if mode == "none":
        con.execute("CREATE OR REPLACE TEMP TABLE match_keys (system VARCHAR, id VARCHAR, key VARCHAR)")
        return "none"
    SQL.run(con, f"match_keys_{entity.value}")
    return "email" if entity is Entity.CUSTOMER else "sku"


def _keys_of_fields(con: duckdb.DuckDBPyConnection, table: str, fields: list[str]) -> None:
    """A key of several columns: all must be there and agree, whatever their case. Names come from KEY_COLUMNS only."""
    parts = ", ".join(f"lower(trim({name}))" for name in fields)
    present = " AND ".join(f"{name} IS NOT NULL" for name in fields)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE match_keys AS "  # noqa: S608 - our own names
        f"SELECT system, id, concat_ws(chr(31), {parts}) AS key FROM {table} WHERE active AND {present}"
    )
