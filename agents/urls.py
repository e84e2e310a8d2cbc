from django.urls import path

from agents import views
from agents.llm import views as llm_views

app_name = "agents"
RUN = "models/<int:model_id>/r/<int:number>/"
urlpatterns = [
    path("models/<int:model_id>/start/", views.start, name="run-start"),
    path(f"{RUN}resume/", llm_views.run_resume_view, name="run-resume"),
    path(f"{RUN}budget/", llm_views.run_budget_view, name="run-budget"),
    path("endpoints/<int:endpoint_id>/test/", llm_views.endpoint_test_view, name="endpoint-test"),
]
