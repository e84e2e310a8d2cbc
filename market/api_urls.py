from django.urls import path

from market import api
from market.downloads import api as download_api

urlpatterns = [
    path("instruments/", api.Instruments.as_view(), name="api-instruments"),
    path("instruments/<str:symbol>/", api.InstrumentDetail.as_view(), name="api-instrument"),
    path("instruments/<str:symbol>/bars/", api.Bars.as_view(), name="api-bars"),
    path("downloads/", download_api.Downloads.as_view(), name="api-downloads"),
    path("downloads/<int:download_id>/", download_api.OneDownload.as_view(), name="api-download"),
    path("downloads/<int:download_id>/stop/", download_api.DownloadStop.as_view(), name="api-download-stop"),
    path(
        "downloads/<int:download_id>/resume/",
        download_api.DownloadResume.as_view(),
        name="api-download-resume",
    ),
]
