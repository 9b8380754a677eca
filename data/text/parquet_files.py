"""Parquet files of documents, read and rewritten in the layout that they have."""

import io
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import BadInput
from data.files import atomic
from data.text.text_files import ReadReport, Record, TextFile, shown

_ROWS_PER_BATCH = 1024
_NOT_UNICODE = object()
"""What stands in place of a string that is not UTF-8."""
_CLOSE_ABOVE = 1 + 1e-6
"""Factor on the chance of a false answer of a Bloom filter, lest a rounding doubles its size."""
_LEAST_CHANCE, _MOST_CHANCE = 1e-9, 0.5
"""Chances of a false answer that a Bloom filter is given."""
_UNCODED = ("PLAIN", "RLE", "BIT_PACKED", "PLAIN_DICTIONARY", "RLE_DICTIONARY")
"""Encodings that every writer uses by itself, or for all columns with a dictionary."""


class ParquetFile(TextFile):
    """One document per row; texts are strings of any Arrow type, plain, as views or coded.

    A file is written row group by row group, so that one of them has to fit into memory. A row
    whose text, context or id is not UTF-8 is left out.
    """

    def records(self, report: ReadReport) -> Iterator[Record]:
        """All documents, in order; rows that are not UTF-8 are counted in the report."""
        row = 0
        with self._opened() as file, self._reading():
            names = self._checked(file.schema_arrow)
            for batch in file.iter_batches(_ROWS_PER_BATCH, columns=names):
                for found in self._found(batch):
                    row += 1
                    if found is None:
                        report.skip(f"{self.place}:{row}", "not UTF-8", strict=self.strict)
                        continue
                    text, context, given = found
                    report.read += 1
                    yield Record(row, self._id(row, given), text, context)

    def write(self, target: Path, texts: Iterable[str]) -> None:
        """Write the file anew, with these texts, in the same row groups, types and compression."""
        remaining = iter(texts)
        with self._opened() as file, self._reading():
            self._checked(file.schema_arrow)
            schema = _roomy(file.schema_arrow, self.fields.text, file.metadata.num_rows)
            with (
                atomic(target) as partial_path,
                partial_path.open("wb") as raw,
                pq.ParquetWriter(raw, schema, **layout(file, self.fields.text)) as writer,
            ):
                for group in range(file.num_row_groups):
                    table = self._edited(file.read_row_group(group), remaining, schema)
                    writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def _edited(self, table: pa.Table, remaining: Iterator[str], schema: pa.Schema) -> pa.Table:
        """Rows of a group with the texts that follow; a row that is not UTF-8 is left out."""
        kept = [found is not None for found in self._found(table)]
        if not all(kept):
            table = table.filter(pa.array(kept))
        place = table.schema.get_field_index(self.fields.text)
        kind, before = schema.field(place).type, table.column(place)
        values = _values(before)
        given = [self._next(remaining) for _ in values]
        after = [None if old is None else new for old, new in zip(values, given, strict=True)]
        if after == values and kind == before.type:
            return table
        edited = pa.chunked_array([_typed(after, kind)], type=kind)
        return table.set_column(place, schema.field(place), edited)

    def _found(self, part: pa.RecordBatch | pa.Table) -> Iterator[tuple[str, str, Any] | None]:
        """Text, context and id of every row; None where one of them is not UTF-8."""
        names = (self.fields.text, self.fields.context, self.fields.id)
        columns = [
            [default] * part.num_rows if name is None else _values(part.column(name))
            for name, default in zip(names, ("", "", None), strict=True)
        ]
        for text, context, given in zip(*columns, strict=True):
            whole = _NOT_UNICODE not in (text, context, given)
            yield (text or "", context or "", given) if whole else None

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        with self._reading(), self.path.open("rb") as raw, pq.ParquetFile(raw) as file:
            yield file

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what the format's library says into one line that names the file."""
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno is not None:  # of the machine
                raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise BadInput(
                f"{self.place}: not a readable parquet file ({reason}); get it again"
            ) from error

    def _checked(self, schema: pa.Schema) -> list[str]:
        """Names of the columns that are read.

        Raises:
            BadInput: One is not there, is there twice, or holds something else.
        """
        fields = self.fields
        kinds = {fields.text: _is_text, fields.context: _is_text, fields.id: _is_name}
        names = [name for name in kinds if name is not None]
        for name in names:
            if schema.names.count(name) > 1:
                raise BadInput(f"{self.place}: two columns are named {name!r}; rename one")
            if name not in schema.names:
                columns = shown(", ".join(schema.names))
                raise BadInput(f"{self.place}: no column {name!r}; it has {columns}")
            column = schema.field(name).type
            if not kinds[name](column):
                wanted = "text" if kinds[name] is _is_text else "text or numbers"
                raise BadInput(
                    f"{self.place}: column {name!r} holds {column}, not {wanted}; name another"
                )
        return names


def _roomy(schema: pa.Schema, name: str, n_rows: int) -> pa.Schema:
    """The schema; coded texts get indices of 32 bits where every row's may become another."""
    place = schema.get_field_index(name)
    column = schema.field(place)
    kind = column.type
    if not pa.types.is_dictionary(kind) or n_rows < 2 ** (kind.index_type.bit_width - 1):
        return schema
    wide = pa.dictionary(pa.int32(), kind.value_type, ordered=kind.ordered)
    return schema.set(place, column.with_type(wide))


def layout(file: pq.ParquetFile, edited: str | None = None) -> dict[str, Any]:
    """How a file is laid out, as settings of a writer of parquet.

    Versions of the format and kinds of time stamps are tried until an empty file has the same
    columns; the compression of a column is that in the first row group. What no file tells through
    pyarrow are the level of compression and the size and version of pages: these are the writer's.

    Args:
        file: The file.
        edited: Column that will be edited, by which the rows are in order no longer.
    """
    common = _columns_of(file.metadata)
    if filters := _bloom_filters(file.metadata):
        common["bloom_filter_options"] = filters
    if order := _order_of(file.metadata, edited):
        common["sorting_columns"] = order
    common["store_schema"] = b"ARROW:schema" in (file.metadata.metadata or {})
    mine = file.metadata.format_version
    versions = [mine, *(one for one in ("2.6", "2.4", "1.0") if one != mine)]
    for version in versions:
        for old_stamps in (False, True):
            kind = {"version": version, "use_deprecated_int96_timestamps": old_stamps}
            if _is_same(file, {**common, **kind}):
                return {**common, **kind}
    return {**common, "version": "2.6"}


def _columns_of(metadata: pq.FileMetaData) -> dict[str, Any]:
    """Compression, dictionaries, other encodings, statistics and order of the columns."""
    if metadata.num_row_groups == 0:
        return {}
    group = metadata.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    paths = [column.path_in_schema for column in columns]
    codecs = {column.path_in_schema: _codec(column.compression) for column in columns}
    coded = [c.path_in_schema for c in columns if c.has_dictionary_page]
    encoded = {
        column.path_in_schema: encoding
        for column in columns
        for encoding in column.encodings
        if encoding not in _UNCODED and column.path_in_schema not in coded
    }
    return {
        "compression": codecs,
        "use_dictionary": coded if len(coded) < len(paths) else True,
        "column_encoding": encoded or None,
        "write_statistics": [c.path_in_schema for c in columns if c.is_stats_set] or False,
        "write_page_index": any(c.has_offset_index for c in columns),
    }


def _bloom_filters(metadata: pq.FileMetaData) -> dict[str, dict[str, float]]:
    """Columns with a Bloom filter, for as many values and with as much room as they have."""
    if metadata.num_row_groups == 0:
        return {}
    group = metadata.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    filters = {}
    for column in columns:
        size = getattr(column, "bloom_filter_length", None)  # older versions of pyarrow see none
        if size is not None and column.num_values:
            n_bits = 8 * 2 ** (int(size).bit_length() - 1)  # a power of two, and a short header
            chance = (1 - math.exp(-8 * column.num_values / n_bits)) ** 8
            fpp = min(max(chance * _CLOSE_ABOVE, _LEAST_CHANCE), _MOST_CHANCE)
            fit = int(-n_bits * math.log(1 - fpp ** (1 / 8)) / 8)
            ndv = max(min(fit, column.num_values), 1)
            filters[column.path_in_schema] = {"ndv": ndv, "fpp": fpp}
    return filters


def _order_of(metadata: pq.FileMetaData, edited: str | None) -> list[pq.SortingColumn]:
    """The columns that all row groups say they are sorted by, up to the one that is edited."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    orders = {tuple(group.sorting_columns) for group in groups}
    if len(orders) != 1:
        return []
    paths = [groups[0].column(place).path_in_schema for place in range(groups[0].num_columns)]
    unchanged = itertools.takewhile(lambda by: paths[by.column_index] != edited, orders.pop())
    return list(unchanged)


def _codec(name: str) -> str:
    """The name that a writer gives a compression; none where it cannot write that one."""
    if name == "UNCOMPRESSED" or not pa.Codec.is_available(name.lower()):
        return "NONE"
    return name


def _is_same(file: pq.ParquetFile, settings: Mapping[str, Any]) -> bool:
    """Whether a file that is written so has the same columns, in Arrow's types and its own."""
    empty = io.BytesIO()
    try:
        with pq.ParquetWriter(empty, file.schema_arrow, **settings) as writer:
            writer.write_table(file.schema_arrow.empty_table())
    except (pa.ArrowException, ValueError):
        return False
    empty.seek(0)
    with pq.ParquetFile(empty) as found:
        return bool(found.schema.equals(file.schema)) and bool(
            found.schema_arrow.equals(file.schema_arrow)
        )


def _is_text(column: pa.DataType) -> bool:
    if pa.types.is_dictionary(column):
        return _is_text(column.value_type)
    of_strings = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return pa.types.is_null(column) or any(is_one(column) for is_one in of_strings)


def _is_name(column: pa.DataType) -> bool:
    if pa.types.is_dictionary(column):
        return _is_name(column.value_type)
    of_numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return _is_text(column) or any(is_one(column) for is_one in of_numbers)


def _values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The values of a column; a mark in place of text that is not UTF-8."""
    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in _values(chunk)]
    if pa.types.is_dictionary(column.type):
        words = _values(column.dictionary)
        return [None if at is None else words[at] for at in column.indices.to_pylist()]
    if not _is_text(column.type) or pa.types.is_null(column.type):
        return list(column.to_pylist())
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [None if one is None else _decoded(one) for one in _bytes(column)]


def _bytes(column: pa.Array) -> list[bytes | None]:
    """The bytes of strings, which need not be UTF-8."""
    return [None if one.as_buffer() is None else one.as_buffer().to_pybytes() for one in column]


def _decoded(value: bytes) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _NOT_UNICODE


def _typed(values: list[str | None], kind: pa.DataType) -> pa.Array:
    """Texts as a column of the type that it had."""
    if pa.types.is_null(kind):
        return pa.nulls(len(values))
    if pa.types.is_dictionary(kind):
        coded = _typed(values, kind.value_type).dictionary_encode()
        return coded.cast(kind) if coded.type != kind else coded
    return pa.array(values, type=kind)
