"""A name for every request, in its log lines, in those of the tasks that it sends, and in its answer."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core import tracing

logger = logging.getLogger("tradelab.requests")

HEADER = "X-Request-ID"
FROM_PROXY = re.compile(r"[\w-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Name the request, as the proxy in front did if there is one, and write one line when it has been answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, name = time.monotonic(), request_id(request)
        with tracing.bound(request_id=name):
            response = self.get_response(request)
            # Not the query string: it holds what people search for.
            logger.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={"milliseconds": round((time.monotonic() - began) * 1000, 1)},
            )
        response[HEADER] = name
        return response


def request_id(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if settings.TRUST_PROXY and FROM_PROXY.fullmatch(given) else uuid.uuid4().hex
