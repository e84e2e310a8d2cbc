"""The addresses for machines, answered before anything else: no session, no transaction, no host to name, no redirect."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST

from core import metrics
from tradelab.health import ready

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Whoever came through a proxy has the proxy's address, which says nothing.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class HealthMiddleware:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = answer(request)
        response["Cache-Control"] = "no-store"
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers. A database that is away is no reason to start it anew."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve users; 503 says what is missing."""
    found = ready.problems()
    is_ready = not any(found.values())
    checks = {name: problem or "ok" for name, problem in found.items()}
    status = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return JsonResponse(status, status=200 if is_ready else 503)


def measures(request: HttpRequest) -> HttpResponse:
    """What the house measures, for whoever holds the token or stands at an address of the settings."""
    if not may_measure(request):
        return HttpResponse("Give the metrics token, or come from an internal address.\n", status=403)
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def may_measure(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a Unix socket has none
        return False
    return any(address in ip_network(network) for network in settings.METRICS_ADDRESSES)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": measures,
}
