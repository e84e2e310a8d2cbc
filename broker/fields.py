"""Columns of numbers in one row: `bigint[]` in PostgreSQL, an int64 array here."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Int64ArrayField(models.Field[Any, Any]):
    """A `bigint[]` that reads as a NumPy int64 array and is written from one, as one literal."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint[]"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return "%s::bigint[]"

    def from_db_value(self, value: list[int] | None, *args: object) -> Ints | None:
        return None if value is None else np.array(value, dtype=np.int64)

    def get_prep_value(self, value: Any) -> str | None:
        column = self.to_python(value)
        return None if column is None else "{" + ",".join(map(str, column.tolist())) + "}"

    def for_driver(self, value: Any) -> str | None:
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
        return column.astype(np.int64)

    def value_to_string(self, obj: models.Model) -> str:
        column = self.value_from_object(obj)
        return "" if column is None else str(column.tolist())
