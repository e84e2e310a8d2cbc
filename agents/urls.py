from django.urls import path

from agents import views
from agents.batches import views as batch_views
from agents.llm import views as llm_views
from agents.luck import views as luck_views
from agents.portfolio import views as portfolio_views
from agents.report import views as report_views
from agents.rulebook import views as rulebook_views
from agents.schedules import views as schedule_views
from agents.whatif import views as whatif_views

app_name = "agents"
RULES = "models/<int:model_id>/rules/"
RUN = "models/<int:model_id>/r/<int:number>/"
urlpatterns = [
    path(f"{RULES}describe/", rulebook_views.describe, name="rule-describe"),
    path(f"{RULES}describe/<int:proposal_id>/", rulebook_views.proposal, name="rule-proposal"),
    path(
        f"{RULES}describe/<int:proposal_id>/save/", rulebook_views.proposal_accept, name="rule-proposal-save"
    ),
    path(f"{RULES}new/<slug:kind>/try/", rulebook_views.draft_try, name="rule-draft-try"),
    path(f"{RULES}<int:rule_id>/try/", rulebook_views.rule_try_view, name="rule-try"),
    path("portfolio/", portfolio_views.portfolio, name="portfolio"),
    path("models/<int:model_id>/start/", views.start, name="run-start"),
    path(f"{RUN}again/", views.run_again_view, name="run-again"),
    path("models/<int:model_id>/start/quote/", views.run_quote_view, name="run-quote"),
    path(f"{RUN}resume/", llm_views.run_resume_view, name="run-resume"),
    path(f"{RUN}budget/", llm_views.run_budget_view, name="run-budget"),
    path(f"{RUN}earned/", whatif_views.run_earned_view, name="run-earned"),
    path(f"{RUN}report/", report_views.run_report, name="run-report"),
    path(f"{RUN}share/", report_views.run_share_view, name="run-share"),
    path("shared/<str:token>/", report_views.shared_report, name="shared-report"),
    path("shared/<str:token>/log.jsonl", report_views.shared_log, name="shared-log"),
    path(f"{RUN}luck/", luck_views.run_luck_view, name="run-luck"),
    path(f"{RUN}vary/", batch_views.batch_new, name="run-vary"),
    path("batches/<int:batch_id>/", batch_views.batch_page, name="batch"),
    path("batches/<int:batch_id>/stop/", batch_views.batch_stop_view, name="batch-stop"),
    path("schedules/", schedule_views.schedule_list, name="schedule-list"),
    path("models/<int:model_id>/schedules/new/", schedule_views.schedule_new, name="schedule-new"),
    path("schedules/<int:schedule_id>/", schedule_views.schedule_page, name="schedule"),
    path("schedules/<int:schedule_id>/edit/", schedule_views.schedule_edit, name="schedule-edit"),
    path("schedules/<int:schedule_id>/pause/", schedule_views.schedule_pause_view, name="schedule-pause"),
    path("schedules/<int:schedule_id>/run/", schedule_views.schedule_run_now_view, name="schedule-run"),
    path("schedules/<int:schedule_id>/delete/", schedule_views.schedule_delete_view, name="schedule-delete"),
    path("endpoints/<int:endpoint_id>/test/", llm_views.endpoint_test_view, name="endpoint-test"),
]
