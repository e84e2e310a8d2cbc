"""Columns of numbers in one row: `bigint[]` in PostgreSQL, an int64 array here."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray
from psycopg import adapters
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

Ints = NDArray[np.int64]

BIGINTS = adapters.types["int8"].array_oid
ELEMENT = np.dtype([("size", ">i4"), ("value", ">i8")])
HEADER = np.dtype(
    ">i4"
)  # five of them: dimensions, whether there are NULLs, kind of element, length, first index


class Int64ArrayField(models.Field[Any, Any]):
    """A `bigint[]` that reads as a NumPy int64 array and is written from one."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint[]"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return "%s::bigint[]"

    def from_db_value(self, value: Ints | None, *args: object) -> Ints | None:
        return value

    def get_prep_value(self, value: Any) -> Int64s | None:
        column = self.to_python(value)
        return None if column is None else Int64s(column)

    def for_driver(self, value: Any) -> Int64s | None:
        """For `core.bulk`, which goes past the ORM."""
        return self.get_prep_value(value)

    def to_python(self, value: Any) -> Ints | None:
        if value is None:
            return None
        column = np.asarray(value)
        if column.ndim != 1 or not (column.size == 0 or np.issubdtype(column.dtype, np.integer)):
            raise ValidationError(
                f"A column of whole numbers is wanted, found {column.dtype} of {column.ndim} dimensions"
            )
        return column.astype(np.int64, copy=False)

    def value_to_string(self, obj: models.Model) -> str:
        column = self.value_from_object(obj)
        return "" if column is None else str(column.tolist())


class Int64s:
    """An array on its way to PostgreSQL: spelled out in a statement, or in binary where the server binds it, which for
    long ones takes a tenth of the time."""

    __slots__ = ("column",)

    def __init__(self, column: Ints) -> None:
        self.column = column


class SpelledDumper(Dumper):
    oid = BIGINTS

    def dump(self, obj: Int64s) -> bytes:
        return b"{%b}" % str(obj.column.tolist())[1:-1].encode()


class BinaryDumper(Dumper):
    oid = BIGINTS
    format = Format.BINARY

    def dump(self, obj: Int64s) -> bytes:
        elements = np.empty(len(obj.column), dtype=ELEMENT)
        elements["size"], elements["value"] = 8, obj.column
        return (
            np.array([1, 0, adapters.types["int8"].oid, len(elements), 1], dtype=HEADER).tobytes()
            + elements.tobytes()
        )


class SpelledLoader(Loader):
    def load(self, data: Buffer) -> Ints:
        return np.fromstring(bytes(data)[1:-1].decode(), dtype=np.int64, sep=",")


class BinaryLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> Ints:
        # An empty array has no dimension, and so no length.
        return np.frombuffer(data, dtype=ELEMENT, offset=min(20, len(data)))["value"].astype(np.int64)


adapters.register_dumper(Int64s, SpelledDumper)
adapters.register_dumper(Int64s, BinaryDumper)
adapters.register_loader(BIGINTS, SpelledLoader)
adapters.register_loader(BIGINTS, BinaryLoader)
