"""Who belongs to whom: links first, then keys, never a guess.

`match` fills `pairs` with one row per due record or pair and says how sure it is:

- `linked`, `alias`: a link says so
- `matched`: exactly one possible partner, whose only possible partner this is
- `single`: nobody on the other side has the key
- `shared`: others on the same side have the key; `ambiguous`: several possible partners; `claimed`: the partner is taken

Keys are a person's e-mail addresses, a company's name and domain, a product's SKU (or name, where the rules want no SKU),
or the fields that the rules name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.due import mark_children
from hsqbo_pipeline.core.tables import Row, Statements, insert, rows
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import OBJECTS, TABLES, Entity, System

SQL = Statements(Path(__file__).parent / "sql")

# Columns a person may choose as match keys (rules `match.fields`), by entity.
KEY_COLUMNS = {
    Entity.CUSTOMER: ("email", "first_name", "last_name", "phone", "company", "display_name", "zip", "city"),
    Entity.PRODUCT: ("sku", "name"),
}


def match(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> dict[str, int]:
    """Fill `pairs` for one entity and return how many of each kind there are."""
    _wake(con, entity, situation)
    mark_children(con, entity, situation.run_id)
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


def ready(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that matching leaves for planning, should this connection not have them yet."""
    con.execute("CREATE TEMP TABLE IF NOT EXISTS moved_links (run_id VARCHAR, entity VARCHAR, id VARCHAR)")
    columns = "entity VARCHAR, hubspot_id VARCHAR, quickbooks_id VARCHAR, role VARCHAR, matched_by VARCHAR"
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS tied ({columns})")


def chosen(con: duckdb.DuckDBPyConnection, entity: Entity, run_id: str, hubspot_object: str | None = None) -> list[Row]:
    """Every due record and pair as `match` has put them into `pairs`, with both rows and everything known around them.

    `hubspot_object` is the object that stands for the entity, where rules choose it.
    """
    ready(con)
    SQL.run(
        con,
        "surroundings",
        entity=entity.value,
        hubspot_object=hubspot_object or OBJECTS[entity][System.HUBSPOT],
        quickbooks_object=OBJECTS[entity][System.QUICKBOOKS],
        run_id=run_id,
    )
    return SQL.rows(con, f"plan_{TABLES[entity]}")


def tie(con: duckdb.DuckDBPyConnection, entity: Entity, hubspot_object: str) -> None:
    """Fill `tied` with the links of an entity that hold, for the HubSpot object that stands for it."""
    ready(con)
    con.execute("DELETE FROM tied WHERE entity = $entity", {"entity": entity.value})
    SQL.run(con, "match_tied", entity=entity.value, object=hubspot_object)


def join(con: duckdb.DuckDBPyConnection, entity: Entity, pairs: dict[str, str], matched_by: str) -> None:
    """Bring HubSpot and QuickBooks records together that a rule found to be the same while planning."""
    for hubspot_id, quickbooks_id in pairs.items():
        SQL.run(con, "join_pairs", entity=entity.value, hubspot_id=hubspot_id, quickbooks_id=quickbooks_id)
    made = [
        {"entity": entity.value, "hubspot_id": h, "quickbooks_id": q, "kind": "matched", "matched_by": matched_by}
        for h, q in pairs.items()
    ]
    insert(con, "pairs", made)


def _wake(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> None:
    """Pauses end by themselves; nothing else would bring their records back."""
    ended = [p for p in situation.rules.pauses if p.object is entity and p.until and p.until < situation.today]
    SQL.run(
        con, "match_wake", entity=entity.value, today=situation.today, run_id=situation.run_id,
        hubspot=[p.hubspot for p in ended if p.hubspot], quickbooks=[p.quickbooks for p in ended if p.quickbooks],
    )  # fmt: skip


def _match_by_key(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> None:
    table, about = TABLES[entity], {"entity": entity.value, "object": hubspot_object(entity, situation.rules)}
    con.execute(f"CREATE OR REPLACE TEMP VIEW all_rows AS SELECT system, id, merged_ids FROM {table}")  # noqa: S608 - our own name
    SQL.run(con, "match_clear", entity=entity)
    if entity is Entity.CUSTOMER:
        SQL.run(con, "match_other_object", object=about["object"])
    _follow_merges(con, about, situation)
    SQL.run(con, "match_moved_baselines", entity=entity)
    if about["object"] == "companies":
        SQL.run(con, "match_aliases", realm=situation.company.realm)
        SQL.run(con, "match_due_aliases", run_id=situation.run_id)
    tie(con, entity, about["object"])
    matched_by = _make_keys(con, entity, situation)
    SQL.run(con, "match_linked", entity=entity)
    SQL.run(con, "match_rivals", entity=entity)
    SQL.run(con, "match_free", entity=entity, matched_by=matched_by)


def _follow_merges(con: duckdb.DuckDBPyConnection, about: dict[str, str], situation: Situation) -> None:
    """Links of merged records go to the survivor; `moved_links` keeps which ones did in this run, for the plan to tell."""
    ready(con)
    moved = SQL.rows(con, "match_follow_merges", **about)
    insert(
        con,
        "moved_links",
        [{"run_id": situation.run_id, "entity": about["entity"], "id": row["id"]} for row in moved],
    )


def _make_keys(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> str:
    """Fill `match_keys` as the rules say and return the name of the key."""
    rules = situation.rules.customers if entity is Entity.CUSTOMER else situation.rules.products
    inactive, mode = rules.inactive == "include", rules.match.mode
    if entity is Entity.CUSTOMER:
        SQL.run(con, "customer_own_addresses", inactive=inactive)
    if mode == "fields":
        fields = [name for name in rules.match.fields if name in KEY_COLUMNS[entity]]
        _keys_of_fields(con, TABLES[entity], fields, inactive=inactive)
        return "+".join(fields)
    if mode == "none":
        con.execute("CREATE OR REPLACE TEMP TABLE match_keys (system VARCHAR, id VARCHAR, key VARCHAR)")
        return "none"
    statement, name = _default_keys(entity, situation)
    SQL.run(con, statement, **({} if statement == "match_keys_customer" else {"inactive": inactive}))
    return name


def _default_keys(entity: Entity, situation: Situation) -> tuple[str, str]:
    if entity is Entity.CUSTOMER:
        companies = situation.rules.customers.bill == "companies"
        return ("match_keys_company", "company") if companies else ("match_keys_customer", "email")
    required = situation.rules.products.sku_required
    return ("match_keys_product", "sku") if required else ("match_keys_product_names", "sku or name")


def _keys_of_fields(con: duckdb.DuckDBPyConnection, table: str, fields: list[str], *, inactive: bool) -> None:
    """A key of several columns: all must be there and agree, whatever their case. Names come from KEY_COLUMNS only."""
    present = " AND ".join(f"{name} IS NOT NULL" for name in fields)
    query = f"SELECT system, id, {', '.join(fields)} FROM {table} WHERE (active OR $inactive) AND {present}"  # noqa: S608 - our own names
    con.execute("CREATE OR REPLACE TEMP TABLE match_keys (system VARCHAR, id VARCHAR, key VARCHAR)")
    made: list[dict[str, Any]] = []
    for row in rows(con, query, {"inactive": inactive}):
        key = "\x1f".join(name_key(str(row[name])) for name in fields)
        made.append({"system": row["system"], "id": row["id"], "key": key})
    insert(con, "match_keys", made)
