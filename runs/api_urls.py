from django.urls import path

from runs import api

urlpatterns = [
    path("runs/", api.Runs.as_view(), name="api-runs"),
    path("runs/<int:run_id>/", api.RunDetail.as_view(), name="api-run"),
    path("runs/<int:run_id>/stop/", api.RunStop.as_view(), name="api-run-stop"),
    path("runs/<int:run_id>/events/", api.RunEvents.as_view(), name="api-run-events"),
]
