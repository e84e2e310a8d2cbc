"""Dataclasses of the core to JSON and back, exactly: decimals and times as strings, conventions by name."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from trading.money import to_decimal

T = TypeVar("T")
PLAIN = frozenset({NoneType, bool, int, str})  # a string of an enum is none of these


def encode(value: Any) -> Any:
    """Plain JSON values in a fixed order: equal objects give equal text."""
    if type(value) in PLAIN or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple | deque):
        return [encode(item) for item in value]
    if is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in _names(cast(Any, type(value)))}
    raise TypeError(f"{type(value).__name__} has no JSON form here")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def decode(kind: type[T], data: Mapping[str, Any]) -> T:
    """Rebuild a dataclass from what `encode` wrote. A missing key takes its default; an unknown one raises ValueError."""
    hints = _hints(cast(Any, kind))
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(hints)}")
    return kind(**{name: _read(hints[name], value) for name, value in data.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind) if f.init}


def _read(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _read(next(a for a in arguments if a is not NoneType), value)
    if origin is dict:
        key_kind, item_kind = arguments
        return {key_kind(key): _read(item_kind, item) for key, item in value.items()}
    if origin in (list, deque):
        return origin(_read(arguments[0], item) for item in value)
    if kind is Decimal:
        return to_decimal(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return decode(kind, value)
    if issubclass(kind, StrEnum):
        return kind(value)
    return value
