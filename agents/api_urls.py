from django.urls import path

from agents import api
from agents.batches import api as batch_api
from agents.compare import api as compare_api
from agents.llm import api as llm_api
from agents.luck import api as luck_api
from agents.rulebook import api as rulebook_api
from agents.schedules import api as schedule_api
from agents.tools import api as tools_api
from agents.tools.registry import TOOLS
from agents.whatif import api as whatif_api

RULES = "models/<int:model_id>/rules/"
urlpatterns = [
    path("rules/<int:rule_id>/try/", rulebook_api.RuleTry.as_view(), name="api-rule-try"),
    path(f"{RULES}try/", rulebook_api.ModelRuleTry.as_view(), name="api-model-rule-try"),
    path(f"{RULES}describe/", rulebook_api.ModelRuleDescribe.as_view(), name="api-rule-describe"),
    path(f"{RULES}describe/<int:proposal_id>/", rulebook_api.Proposal.as_view(), name="api-rule-proposal"),
    path(
        f"{RULES}describe/<int:proposal_id>/save/",
        rulebook_api.ProposalSave.as_view(),
        name="api-rule-proposal-save",
    ),
    path("models/<int:model_id>/runs/", api.ModelRuns.as_view(), name="api-model-runs"),
    path("models/<int:model_id>/runs/quote/", api.ModelRunQuote.as_view(), name="api-model-run-quote"),
    path("runs/<int:run_id>/resume/", llm_api.RunResume.as_view(), name="api-run-resume"),
    path("runs/<int:run_id>/budget/", llm_api.RunBudget.as_view(), name="api-run-budget"),
    path("endpoints/<int:endpoint_id>/test/", llm_api.EndpointTest.as_view(), name="api-endpoint-test"),
    path("runs/<int:run_id>/statistics/", api.RunStatistics.as_view(), name="api-run-statistics"),
    path("runs/<int:run_id>/what-if/", whatif_api.RunWhatIf.as_view(), name="api-run-what-if"),
    path("runs/<int:run_id>/earned/", whatif_api.RunEarned.as_view(), name="api-run-earned"),
    path("runs/<int:run_id>/luck/", luck_api.RunLuck.as_view(), name="api-run-luck"),
    path("runs/<int:run_id>/vary/", batch_api.RunBatches.as_view(), name="api-run-vary"),
    path("batches/<int:batch_id>/", batch_api.OneBatch.as_view(), name="api-batch"),
    path("batches/<int:batch_id>/stop/", batch_api.BatchStop.as_view(), name="api-batch-stop"),
    path("schedules/", schedule_api.Schedules.as_view(), name="api-schedules"),
    path(
        "models/<int:model_id>/schedules/", schedule_api.ModelSchedules.as_view(), name="api-model-schedules"
    ),
    path("schedules/<int:schedule_id>/", schedule_api.OneSchedule.as_view(), name="api-schedule"),
    path(
        "schedules/<int:schedule_id>/fires/", schedule_api.ScheduleFires.as_view(), name="api-schedule-fires"
    ),
    path(
        "schedules/<int:schedule_id>/pause/", schedule_api.SchedulePause.as_view(), name="api-schedule-pause"
    ),
    path(
        "schedules/<int:schedule_id>/resume/",
        schedule_api.ScheduleResume.as_view(),
        name="api-schedule-resume",
    ),
    path("schedules/<int:schedule_id>/run/", schedule_api.ScheduleRunNow.as_view(), name="api-schedule-run"),
    path("compare/", compare_api.Compare.as_view(), name="api-compare"),
    path("tools/", tools_api.ToolList.as_view(), name="api-tools"),
    *(
        path(f"tools/{tool.name}/", tools_api.view_of(tool).as_view(), name=f"api-tool-{tool.name}")
        for tool in TOOLS.values()
    ),
]
