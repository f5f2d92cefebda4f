"""The pandera schemas: violations are data, told by row, code and field."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest

from hsqbo_pipeline.model.codes import CODES
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.schemas import EXPECTATIONS, columns_of, failures, schema
from hsqbo_pipeline_tests.core.mirrored import Mirrored


def _frame(**columns: list[str | None]) -> pd.DataFrame:
    blank = [None] * len(next(iter(columns.values())))
    table = {
        name: pyarrow.array(columns.get(name, blank), pyarrow.string())
        for name in columns_of(Entity.CUSTOMER, System.QUICKBOOKS)
    }
    return pyarrow.table(table).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.mark.parametrize("key", list(EXPECTATIONS))
def test_every_expectation_has_a_column_a_code_and_words(key: tuple[Entity, System]) -> None:
    """A steward reads what and how to fix; a machine finds the column in the typed table and the code in the list."""
    columns = set(Mirrored().con.sql(f"SELECT * FROM {key[0].value}s LIMIT 0").columns)
    for each in EXPECTATIONS[key]:
        assert each.column in columns
        assert each.code in CODES
        assert each.what.endswith(".")
        assert each.fix.endswith(".")
    assert schema(*key).coerce is False


def test_each_bad_row_is_told_and_no_good_one() -> None:
    """One bad value says its own row, code, field and value, and leaves the other rows alone."""
    frame = _frame(
        display_name=["Ada", None, "Bob"], email=["a@example.com", None, "nobody"], currency=["USD", "USD", "USD"]
    )
    assert [
        (each.position, each.code, each.field, each.value)
        for each in failures(Entity.CUSTOMER, System.QUICKBOOKS, frame)
    ] == [
        (1, "VAL_REQUIRED", "display_name", None),
        (2, "ID_BAD_EMAIL", "email", "nobody"),
    ]


def test_all_is_well() -> None:
    """A frame without fault has no failures."""
    assert failures(Entity.CUSTOMER, System.QUICKBOOKS, _frame(display_name=["Ada"], email=["a@example.com"])) == []


def test_missing_column_is_our_mistake() -> None:
    """A frame without a column it needs raises: that is no fault of any record."""
    with pytest.raises(pa.errors.SchemaErrors):
        failures(Entity.CUSTOMER, System.QUICKBOOKS, _frame(display_name=["Ada"]).drop(columns=["email"]))
