"""Downloads of a run's tables, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from core.api import OwnedApiView
from core.exports import export_get
from core.requests import UserApiRequest, UserRequest
from runs.exports.stream import Source, archive_bytes, in_background, table_bytes
from runs.exports.writers import writer_get
from runs.models import Run
from runs.selectors import access_run, access_run_by_number

AnyRequest = UserRequest | UserApiRequest


@require_safe
def run_export(
    request: UserRequest, model_id: int, number: int, key: str, form: str
) -> StreamingHttpResponse:
    """A table as a file; the query narrows its rows as it does on the page."""
    return table_response(request, access_run_by_number(request.user, model_id, number), key, form)


@require_safe
def run_archive(request: UserRequest, model_id: int, number: int, form: str) -> StreamingHttpResponse:
    """Every table in one ZIP file."""
    return archive_response(request, access_run_by_number(request.user, model_id, number), form)


class RunExport(OwnedApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: UserApiRequest, run_id: int, key: str, form: str) -> StreamingHttpResponse:
        """A table of a run as a streamed file: orders, fills, round-trips, decisions, thoughts, equity or llm-calls as csv, jsonl or parquet."""
        return table_response(request, access_run(request.user, run_id), key, form)


class RunArchive(OwnedApiView):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: UserApiRequest, run_id: int, form: str) -> StreamingHttpResponse:
        """A whole run in one ZIP file: every table as csv, jsonl or parquet, with its snapshot and statistics."""
        return archive_response(request, access_run(request.user, run_id), form)


def table_response(request: AnyRequest, run: Run, key: str, form: str) -> StreamingHttpResponse:
    """Raises Forbidden for a table or format that doesn't exist, UserError for a filter that makes no sense."""
    export, writer = export_get(key), writer_get(form)
    export.rows(run, request)  # refuses a senseless filter before the first byte
    parts = table_bytes(Source(request.user, run.pk, request), export, form)
    return file_response(parts, f"{run.model.slug}-run-{run.number}-{key}.{form}", writer.content_type)


def archive_response(request: AnyRequest, run: Run, form: str) -> StreamingHttpResponse:
    writer_get(form)
    parts = archive_bytes(Source(request.user, run.pk, request), form)
    return file_response(parts, f"{run.model.slug}-run-{run.number}-{form}.zip", "application/zip")


def file_response(parts: Iterator[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Encoding": "identity"}
    return StreamingHttpResponse(in_background(parts), content_type=content_type, headers=headers)
