from django.urls import path

from reasoning import api

urlpatterns = [
    path("runs/<int:run_id>/decisions/", api.Decisions.as_view(), name="api-decisions"),
]
