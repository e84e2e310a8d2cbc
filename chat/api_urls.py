from django.urls import path

from chat import api
from chat.services import DECISIONS

ONE, TURN = "conversations/<int:conversation_id>/", "turns/<int:turn_id>/"
urlpatterns = [
    path("conversations/", api.Conversations.as_view(), name="api-conversations"),
    path(ONE, api.OneConversation.as_view(), name="api-conversation"),
    path(f"{ONE}messages/", api.ConversationMessages.as_view(), name="api-messages"),
    path(TURN, api.OneTurn.as_view(), name="api-turn"),
    path(f"{TURN}stop/", api.TurnStop.as_view(), name="api-turn-stop"),
    path(f"{TURN}again/", api.TurnAgain.as_view(), name="api-turn-again"),
    path(f"{TURN}stream/", api.TurnStream.as_view(), name="api-turn-stream"),
    *(
        path(
            f"proposals/<int:part_id>/{verb}/",
            api.ProposalDecision.as_view(verb=verb),
            name=f"api-proposal-{verb}",
        )
        for verb in DECISIONS
    ),
]
