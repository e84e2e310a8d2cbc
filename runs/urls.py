from django.urls import path

from runs import views
from runs.compare import views as compare_views
from runs.exports import views as export_views

app_name = "runs"
RUN = "models/<int:model_id>/r/<int:number>/"
urlpatterns = [
    path("runs/", views.run_list, name="run-list"),
    path("compare/", compare_views.compare, name="compare"),
    path("models/<int:model_id>/runs/", views.model_runs, name="model-runs"),
    path(RUN, views.run_detail, name="run-detail"),
    path(f"{RUN}state/", views.run_state, name="run-state"),
    path(f"{RUN}tab/<slug:key>/", views.run_tab, name="run-tab"),
    path(f"{RUN}part/<slug:key>/", views.run_part, name="run-part"),
    path(f"{RUN}export/run-<slug:form>.zip", export_views.run_archive, name="run-archive"),
    path(f"{RUN}export/<slug:key>.<slug:form>", export_views.run_export, name="run-export"),
    path(f"{RUN}edit/", views.run_edit_view, name="run-edit"),
    path(f"{RUN}pin/", views.run_pin_view, name="run-pin"),
    path(f"{RUN}pause/", views.run_pause_view, name="run-pause"),
    path(f"{RUN}stop/", views.run_stop_view, name="run-stop"),
    path(f"{RUN}delete/", views.run_delete_view, name="run-delete"),
]
