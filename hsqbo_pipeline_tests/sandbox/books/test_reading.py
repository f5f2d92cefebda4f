"""A book with a mistake is refused, and the message leads to the cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.sandbox.books.book import read
from hsqbo_pipeline.sandbox.books.cells import BookError

FILES = {
    "customers.csv": "customer_no,first_name,last_name,company,email,phone,address,city,state,postal_code,country\n"
    "1,Ida,Holm,,ida@example.com,,1 Quay,Bergen,,5003,Norway\n",
    "products.csv": "sku,name,description,price,cost\nS-1,Lamp,,10.00,4\n",
    "invoices.csv": "invoice_no,customer_no,invoice_date,due_date,currency,subtotal,tax,shipping,total\n"
    "A1,1,2026-03-05,,USD,18.00,0,0,18.00\n",
    "invoice_lines.csv": "invoice_no,line_no,sku,description,quantity,unit_price,discount,amount\n"
    "A1,1,S-1,Lamp,2,10.00,0.1,18.00\n",
    "payments.csv": "payment_no,invoice_no,payment_date,amount,method,reference\nP1,A1,2026-03-09,18.00,card,r1\n",
}


def write(folder: Path, **changed: tuple[str, str]) -> Path:
    """A small book; `changed` gives a replacement per file (without its ending)."""
    for name, text in FILES.items():
        old, new = changed.get(name.removesuffix(".csv"), ("", ""))
        (folder / name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return folder


def test_a_sound_book_is_read(tmp_path: Path) -> None:
    """A missing due date is 30 days after the invoice, and an invoice knows whether it is paid."""
    book = read(write(tmp_path))
    invoice = book.invoices["A1"]
    assert (invoice.due.isoformat(), invoice.paid, str(invoice.lines[0].discount)) == ("2026-04-04", True, "0.1")


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "field", "value"),
    [
        ("invoice_lines", "18.00\n", "abc\n", 2, "amount", "abc"),
        ("invoice_lines", "S-1", "S-9", 2, "sku", "S-9"),
        ("invoice_lines", "0.1", "10", 2, "discount", "10"),
        ("invoices", "2026-03-05", "05/03/2026", 2, "invoice_date", "05/03/2026"),
        ("invoices", "A1,1", "A1,7", 2, "customer_no", "7"),
        ("payments", "18.00", "-1", 2, "amount", "-1"),
        ("payments", "A1", "A2", 2, "invoice_no", "A2"),
        ("products", "10.00", "NaN", 2, "price", "NaN"),
        ("products", "Lamp", "", 2, "name", ""),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, file: str, old: str, new: str, line: int, field: str, value: str
) -> None:
    """The error names file, line, field and value."""
    folder = write(tmp_path, **{file: (old, new)})
    with pytest.raises(BookError) as caught:
        read(folder)
    error = caught.value
    assert (error.file, error.line, error.field, error.value) == (f"{file}.csv", line, field, value)
    assert f"{file}.csv, line {line}, {field}" in str(error)


def test_a_key_that_occurs_twice_is_named_with_its_second_line(tmp_path: Path) -> None:
    """Two products with one SKU cannot be told apart by the invoice lines."""
    folder = write(tmp_path)
    (folder / "products.csv").write_text(FILES["products.csv"] + "S-1,Other,,1,\n", encoding="utf-8")
    with pytest.raises(BookError, match=r"products\.csv, line 3, sku = 'S-1': occurs twice"):
        read(folder)


def test_missing_files_columns_and_encodings_are_named(tmp_path: Path) -> None:
    """What is not a book at all says which file is missing, which column, or that it is no UTF-8."""
    folder = write(tmp_path)
    (folder / "payments.csv").unlink()
    with pytest.raises(BookError, match=r"payments\.csv: is missing"):
        read(folder)
    write(tmp_path, customers=("email", "mail"))
    with pytest.raises(BookError, match=r"customers\.csv, line 1: the column email is missing"):
        read(folder)
    (write(tmp_path) / "customers.csv").write_bytes(FILES["customers.csv"].encode().replace(b"Ida", b"\xff\xfe"))
    with pytest.raises(BookError, match=r"customers\.csv: cannot be read as CSV in UTF-8"):
        read(folder)
    write(tmp_path, customers=("Norway\n", "Norway,x\n"))
    with pytest.raises(BookError, match=r"customers\.csv, line 2: has 12 cells, the heading has 11"):
        read(folder)
