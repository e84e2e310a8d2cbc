from django.urls import path

from agents import api

urlpatterns = [
    path("models/<int:model_id>/runs/", api.ModelRuns.as_view(), name="api-model-runs"),
    path("runs/<int:run_id>/statistics/", api.RunStatistics.as_view(), name="api-run-statistics"),
]
