from django.urls import path

from runs import api
from runs.exports import views as export_views

urlpatterns = [
    path("runs/", api.Runs.as_view(), name="api-runs"),
    path("runs/<int:run_id>/", api.RunDetail.as_view(), name="api-run"),
    path("runs/<int:run_id>/stop/", api.RunStop.as_view(), name="api-run-stop"),
    path("runs/<int:run_id>/pause/", api.RunPause.as_view(), name="api-run-pause"),
    path("runs/<int:run_id>/events/", api.RunEvents.as_view(), name="api-run-events"),
    path(
        "runs/<int:run_id>/export/run-<slug:form>.zip",
        export_views.RunArchive.as_view(),
        name="api-run-archive",
    ),
    path(
        "runs/<int:run_id>/export/<slug:key>.<slug:form>",
        export_views.RunExport.as_view(),
        name="api-run-export",
    ),
]
