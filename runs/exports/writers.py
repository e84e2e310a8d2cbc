"""Rows as bytes of a file, part by part. A writer never holds more than the part in hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import Forbidden
from core.exports import Column, Kind

if TYPE_CHECKING:
    import pyarrow as pa

Row = Sequence[Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PLACES = 10  # of dollars, as finely as the tables keep them


@cache
def arrow_types() -> dict[Kind, pa.DataType]:
    # Imported only here and below: a library of 25 MB that most processes never need.
    import pyarrow as pa

    return {
        Kind.TEXT: pa.string(),
        Kind.WHOLE: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.DECIMAL: pa.decimal128(38, PLACES),
        Kind.FLAG: pa.bool_(),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
        Kind.JSON: pa.string(),
    }


class Writer(Protocol):
    """Turns parts of rows into bytes: `open()`, `write(rows)` any number of times, `close()`."""

    content_type: str

    def __init__(self, columns: Sequence[Column]) -> None: ...
    def open(self) -> bytes: ...
    def write(self, rows: Sequence[Row]) -> bytes: ...
    def close(self) -> bytes: ...


class CsvWriter:
    """For spreadsheets: text that would be taken for a formula gets an apostrophe in front."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def open(self) -> bytes:
        return self._lines([[column.name for column in self.columns]])

    def write(self, rows: Sequence[Row]) -> bytes:
        return self._lines(
            [[self._cell(c, v) for c, v in zip(self.columns, row, strict=True)] for row in rows]
        )

    def close(self) -> bytes:
        return b""

    def _cell(self, column: Column, value: Any) -> Any:
        if value is None:
            return ""
        if column.kind in (Kind.TEXT, Kind.JSON):
            return harmless(value if column.kind is Kind.TEXT else compact(value))
        return plain(value)

    def _lines(self, rows: Sequence[Row]) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()


class JsonlWriter:
    """One JSON object a line. Decimals are text, exact; times are ISO 8601 in UTC."""

    content_type = "application/jsonl; charset=utf-8"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def open(self) -> bytes:
        return b""

    def write(self, rows: Sequence[Row]) -> bytes:
        return "".join(f"{compact(self._object(row))}\n" for row in rows).encode()

    def close(self) -> bytes:
        return b""

    def _object(self, row: Row) -> dict[str, Any]:
        return {
            column.name: value if column.kind is Kind.JSON or value is None else plain(value)
            for column, value in zip(self.columns, row, strict=True)
        }


class ParquetWriter:
    """For notebooks: typed columns, a row group for each part; decimals stay decimals."""

    content_type = "application/vnd.apache.parquet"

    def __init__(self, columns: Sequence[Column]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.columns = columns
        self.schema = pa.schema([(column.name, arrow_types()[column.kind]) for column in columns])
        self.table_of = pa.Table.from_arrays
        self.array_of = pa.array
        self.sink = Drain()
        self.writer = parquet.ParquetWriter(self.sink, self.schema, compression="zstd")

    def open(self) -> bytes:
        return self.sink.drained()

    def write(self, rows: Sequence[Row]) -> bytes:
        if rows:
            arrays = [self._array(i, column, rows) for i, column in enumerate(self.columns)]
            self.writer.write_table(self.table_of(arrays, schema=self.schema))
        return self.sink.drained()

    def close(self) -> bytes:
        self.writer.close()
        return self.sink.drained()

    def _array(self, index: int, column: Column, rows: Sequence[Row]) -> pa.Array:
        values = [row[index] for row in rows]
        if column.kind is Kind.JSON:
            values = [None if value is None else compact(value) for value in values]
        if column.kind is Kind.TEXT:
            values = [None if value is None else str(value) for value in values]
        return self.array_of(values, type=arrow_types()[column.kind])


class Drain(io.RawIOBase):
    """A file that can only be written, and gives away what was written since it was last asked."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def write(self, data: Any) -> int:
        part = bytes(data)
        self.parts.append(part)
        self.position += len(part)
        return len(part)

    def drained(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


WRITERS: dict[str, type[Writer]] = {"csv": CsvWriter, "jsonl": JsonlWriter, "parquet": ParquetWriter}


def writer_get(form: str) -> type[Writer]:
    """Raises Forbidden for a format that doesn't exist, like any other absent thing."""
    try:
        return WRITERS[form]
    except KeyError:
        raise Forbidden from None


def harmless(text: object) -> str:
    """Text that a spreadsheet shows and never computes (OWASP, CSV injection)."""
    shown = str(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, int | float | bool | str) else str(value)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
