"""Downloads over the API: started, listed, watched, stopped and resumed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.errors import known_fields
from core.requests import UserApiRequest
from market.columns import Timeframe
from market.downloads import services
from market.downloads.models import Download, DownloadState
from market.downloads.selectors import access_download, downloads_of
from market.downloads.validate import MOST_SYMBOLS


class DownloadIn(serializers.Serializer[dict[str, Any]]):
    """What to bring from where. Days that were brought before are left out, unless `is_again` checks them anew."""

    feed = serializers.CharField(max_length=20)
    timeframe = serializers.ChoiceField(
        choices=[code.value for code in Timeframe], default=Timeframe.MINUTE.value
    )
    is_quotes = serializers.BooleanField(default=False, help_text="quote bars instead of bars of trades")
    symbols = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=1, max_length=MOST_SYMBOLS
    )
    first = serializers.DateField()
    last = serializers.DateField(help_text="days that have not settled yet are left for next time")
    is_again = serializers.BooleanField(default=False)


class DownloadOut(serializers.ModelSerializer[Download]):
    """A download and how far it is. It is whole once its state is completed, and not before."""

    state = serializers.ChoiceField(choices=DownloadState.choices)
    timeframe = serializers.ChoiceField(choices=[code.value for code in Timeframe])
    is_scheduled = serializers.BooleanField(help_text="started by a schedule for its run")
    parts_total = serializers.IntegerField(allow_null=True, help_text="null: nobody has begun with it")
    rows_on_the_way = serializers.IntegerField(help_text="of the part that is being fetched")
    already_stored = serializers.IntegerField(help_text="bars that were there before, and the same")
    conflicting = serializers.IntegerField(help_text="bars of which the vendor tells something else now")
    refused = serializers.IntegerField(help_text="rows that the checks did not let in")
    flagged = serializers.IntegerField(help_text="bars that were let in and look odd")
    refusals = serializers.DictField(
        child=serializers.CharField(), help_text="why the feed refused a symbol, by symbol"
    )
    retry_at = serializers.DateTimeField(allow_null=True, help_text="when it asks again; null: it need not")

    class Meta:
        model = Download
        fields = [
            "id", "feed", "timeframe", "is_quotes", "symbols", "first", "last", "is_again", "is_scheduled", "state", "error",
            "refusals", "parts_done", "parts_total", "rows_on_the_way", "rows_read", "stored", "already_stored",
            "conflicting", "refused", "flagged", "retry_at", "created_at", "ended_at",
        ]  # fmt: skip


class Downloads(OwnedApiView):
    @extend_schema(operation_id="downloads_list", responses=paged(DownloadOut))
    def get(self, request: UserApiRequest) -> Response:
        """List downloads, newest first."""
        return page_of(self, request, downloads_of(request.user), DownloadOut)

    @extend_schema(operation_id="downloads_create", request=DownloadIn, responses={201: DownloadOut})
    def post(self, request: UserApiRequest) -> Response:
        """Start a download. Three of a user's may be on their way at once, beside those of schedules; 409 for one more."""
        sent = DownloadIn(data=request.data)
        if isinstance(request.data, dict):
            known_fields(request.data, sent.fields)
        sent.is_valid(raise_exception=True)
        download = services.download_start(request.user, **sent.validated_data)
        return Response(DownloadOut(download).data, status=201)


class OneDownload(OwnedApiView):
    @extend_schema(responses=DownloadOut)
    def get(self, request: UserApiRequest, download_id: int) -> Response:
        """A download, and how far it is by now."""
        return Response(DownloadOut(access_download(request.user, download_id)).data)


class DownloadStop(OwnedApiView):
    @extend_schema(request=None, responses=DownloadOut)
    def post(self, request: UserApiRequest, download_id: int) -> Response:
        """End a download; what it has brought stays. 409 for one that has ended."""
        return Response(DownloadOut(services.download_stop(request.user, download_id)).data)


class DownloadResume(OwnedApiView):
    @extend_schema(request=None, responses=DownloadOut)
    def post(self, request: UserApiRequest, download_id: int) -> Response:
        """Go on with a download that was stopped or failed; only what lacks is fetched."""
        return Response(DownloadOut(services.download_resume(request.user, download_id)).data)
