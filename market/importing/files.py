"""Files of bars, CSV and Parquet, read a chunk at a time, whatever their size."""

from __future__ import annotations

import csv
import gzip
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from core.errors import UserError
from market.columns import Ints
from market.importing.layouts import COLUMNS, TIMES, Layout, layout_of
from market.importing.options import ImportOptions

BLOCK_BYTES = 1_000_000  # the reader keeps about 32 blocks ahead
LONGEST_HEADER = 100_000
BATCH_ROWS = 65_536
SUFFIXES = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows as the file has them: arrays by field (`symbol`, `time`, numbers), and each row's place in the file.

    `broken` holds lines without the right number of fields. `done` is the share of the file that has been read.
    """

    lines: Ints
    fields: dict[str, Any]
    broken: list[tuple[int, str]]
    done: float


class BarFile(ABC):
    """An open file whose columns have been found."""

    format: str
    row_word = "line"

    def __init__(self, path: Path, options: ImportOptions) -> None:
        self.path = path
        self.size_bytes = path.stat().st_size
        self.layout, self.names = pick_columns(path.name, self.header(), options)

    @property
    def has_dates(self) -> bool:
        """Whether it has days rather than moments."""
        return "date" in self.names

    @abstractmethod
    def header(self) -> list[str]:
        """The names of its columns."""

    @abstractmethod
    def chunks(self) -> Iterator[Chunk]:
        """All rows in the order of the file. Raises UserError for a file that can't be read to its end."""

    def fields_of(self, batch: Any) -> dict[str, Any]:
        columns = {ours: batch.column(theirs) for ours, theirs in self.names.items()}
        time = columns.pop("date", None)
        return {**columns, "time": columns.pop("timestamp") if time is None else time}


def open_bar_file(path: Path, options: ImportOptions) -> BarFile:
    """Open a file by its suffix. Raises UserError when it isn't there, isn't readable, or has other columns."""
    kind = next((kind for suffix, kind in SUFFIXES.items() if path.name.lower().endswith(suffix)), None)
    if kind is None:
        raise UserError(f"{path}: a file ending in {', '.join(SUFFIXES)} is wanted.")
    if not path.is_file():
        raise UserError(f"{path}: there is no such file.")
    try:
        return CsvFile(path, options) if kind == "csv" else ParquetFile(path, options)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, pa.ArrowException, csv.Error) as error:
        raise UserError(f"{path}: not a readable {kind} file ({error}).") from error


def pick_columns(file_name: str, found: list[str], options: ImportOptions) -> tuple[Layout, dict[str, str]]:
    """Tell what the file holds, and match our names with theirs, ignoring case. Raises UserError.

    `date` counts only without `timestamp`.
    """
    by_name = {name.strip().lower(): name for name in found}
    known = {
        ours: by_name[theirs]
        for ours in COLUMNS
        if (theirs := options.columns.get(ours, ours).strip().lower()) in by_name
    }
    layout = layout_of(known)
    picked = {ours: theirs for ours, theirs in known.items() if ours in ("symbol", *TIMES, *layout.numbers)}
    if "timestamp" in picked:
        picked.pop("date", None)
    missing = layout.missing(picked)
    missing += [] if set(TIMES) & set(picked) else ["timestamp or date"]
    missing += [] if "symbol" in picked or options.symbol else ["symbol"]
    if missing:
        raise UserError(
            f"{file_name}: these columns are wanted: {layout.wanted}. Found: {', '.join(found) or 'none'}. "
            f"Missing: {', '.join(missing)}. Other names can be given as --column {layout.prices[0]}=THEIRS, "
            "the symbol of a file without that column as --symbol.",
            code="wrong_columns",
        )
    return layout, picked


class CsvFile(BarFile):
    format = "csv"

    def header(self) -> list[str]:
        with self.path.open("rb") as raw:
            line = self.plain(raw).readline(LONGEST_HEADER).decode("utf-8-sig")
        return next(csv.reader([line]), [])

    def plain(self, raw: Any) -> Any:
        return gzip.open(raw) if self.path.suffix.lower() == ".gz" else raw

    def chunks(self) -> Iterator[Chunk]:
        broken: list[tuple[int, str]] = []

        def skip(row: Any) -> str:
            broken.append((row.number, f"{row.actual_columns} fields, wanted {row.expected_columns}"))
            return "skip"

        with self.path.open("rb") as raw:
            try:
                yield from self.number(
                    arrow_csv.open_csv(self.plain(raw), **self.settings(skip)), broken, raw
                )
            except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
                found = (
                    f"a line is longer than {BLOCK_BYTES:,} bytes" if "straddling" in str(error) else error
                )
                raise UserError(f"{self.path.name}: {found}. A CSV file in UTF-8 is wanted.") from error

    def settings(self, skip: Any) -> dict[str, Any]:
        # Everything is read as text, so that a bad value costs its own row and not the file. Blank lines are kept
        # until they are counted.
        return {
            "read_options": arrow_csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False),
            "parse_options": arrow_csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=skip),
            "convert_options": arrow_csv.ConvertOptions(
                include_columns=list(self.names.values()),
                column_types={name: pa.string() for name in self.names.values()},
            ),
        }

    def number(self, batches: Any, broken: list[tuple[int, str]], raw: Any) -> Iterator[Chunk]:
        line = 2  # the header is line 1
        for batch in batches:
            # The reader has left out the broken lines, also some behind this batch.
            left_out = np.array([number for number, _ in broken if number >= line], dtype=np.int64)
            lines = np.arange(line, line + batch.num_rows + len(left_out))
            lines = lines[~np.isin(lines, left_out)][: batch.num_rows]
            line = int(lines[-1]) + 1 if len(lines) else line
            passed = [entry for entry in broken if entry[0] < line]
            broken[:] = broken[len(passed) :]
            yield self.without_blanks(
                Chunk(lines, self.fields_of(batch), passed, raw.tell() / self.size_bytes)
            )
        yield Chunk(np.array([], dtype=np.int64), {}, broken, 1.0)

    @staticmethod
    def without_blanks(chunk: Chunk) -> Chunk:
        if not pa.compute.any(pa.compute.equal(chunk.fields["time"], "")).as_py():
            return chunk
        blank = np.ones(len(chunk.lines), dtype=bool)
        for column in chunk.fields.values():
            blank &= pa.compute.equal(column, "").to_numpy(zero_copy_only=False)
        kept = pa.array(~blank)
        fields = {name: column.filter(kept) for name, column in chunk.fields.items()}
        return Chunk(chunk.lines[~blank], fields, chunk.broken, chunk.done)


class ParquetFile(BarFile):
    format = "parquet"
    row_word = "row"

    def header(self) -> list[str]:
        with parquet.ParquetFile(self.path) as file:
            return list(file.schema_arrow.names)

    def chunks(self) -> Iterator[Chunk]:
        try:
            with parquet.ParquetFile(self.path) as file:
                rows, total = 0, max(1, file.metadata.num_rows)
                for batch in file.iter_batches(BATCH_ROWS, columns=list(self.names.values())):
                    lines = np.arange(rows + 1, rows + batch.num_rows + 1)
                    rows += batch.num_rows
                    yield Chunk(lines, self.fields_of(batch), [], rows / total)
        except (OSError, pa.ArrowException) as error:
            raise UserError(f"{self.path.name}: {error}. A Parquet file is wanted.") from error
