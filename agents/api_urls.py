from django.urls import path

from agents import api
from agents.llm import api as llm_api
from agents.tools import api as tools_api
from agents.tools.registry import TOOLS
from agents.whatif import api as whatif_api

urlpatterns = [
    path("models/<int:model_id>/runs/", api.ModelRuns.as_view(), name="api-model-runs"),
    path("runs/<int:run_id>/resume/", llm_api.RunResume.as_view(), name="api-run-resume"),
    path("runs/<int:run_id>/budget/", llm_api.RunBudget.as_view(), name="api-run-budget"),
    path("endpoints/<int:endpoint_id>/test/", llm_api.EndpointTest.as_view(), name="api-endpoint-test"),
    path("runs/<int:run_id>/statistics/", api.RunStatistics.as_view(), name="api-run-statistics"),
    path("runs/<int:run_id>/what-if/", whatif_api.RunWhatIf.as_view(), name="api-run-what-if"),
    path("runs/<int:run_id>/earned/", whatif_api.RunEarned.as_view(), name="api-run-earned"),
    path("tools/", tools_api.ToolList.as_view(), name="api-tools"),
    *(
        path(f"tools/{tool.name}/", tools_api.view_of(tool).as_view(), name=f"api-tool-{tool.name}")
        for tool in TOOLS.values()
    ),
]
