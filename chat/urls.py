from django.urls import path

from chat import settings_views, turn_views, views

app_name = "chat"
ONE = "chat/<int:conversation_id>"
urlpatterns = [
    path("chat/", views.conversation_new, name="conversation-list"),
    path("chat/ask/", views.conversation_ask, name="ask"),
    path("chat/search/", views.conversation_search, name="search"),
    path("chat/settings/", settings_views.analyst_settings, name="settings"),
    path(f"{ONE}/", views.conversation_detail, name="conversation-detail"),
    path(f"{ONE}/part/", views.conversation_part, name="conversation-part"),
    path(f"{ONE}/older/", views.conversation_older, name="conversation-older"),
    path(f"{ONE}/send/", views.message_send, name="message-send"),
    path(f"{ONE}/stop/", views.turn_stop_active, name="stop"),
    path(f"{ONE}/rename/", views.conversation_rename, name="conversation-rename"),
    path(f"{ONE}/delete/", views.conversation_delete, name="conversation-delete"),
    path(f"{ONE}/export.md", views.conversation_export, {"ending": "md"}, name="export-markdown"),
    path(f"{ONE}/export.json", views.conversation_export, {"ending": "json"}, name="export-json"),
    path("chat/messages/<int:message_id>/show/", views.branch_choose, name="branch-choose"),
    path("chat/turns/<int:turn_id>/", turn_views.turn_answer, name="turn-answer"),
    path("chat/turns/<int:turn_id>/stream/", turn_views.turn_stream, name="turn-stream"),
    path("chat/turns/<int:turn_id>/stop/", turn_views.turn_stop, name="turn-stop"),
    path("chat/turns/<int:turn_id>/again/", turn_views.turn_again, name="turn-again"),
    *(
        path(
            f"chat/proposals/<int:part_id>/{verb}/",
            turn_views.proposal_decide,
            {"verb": verb},
            name=f"proposal-{verb}",
        )
        for verb in ("apply", "dismiss", "undo")
    ),
]
