"""Conversations, messages and turns as the API writes and reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from chat.models import Conversation, ProposalOutcome, Turn
from chat.selectors import Said
from chat.services.sending import MOST_CHARACTERS
from chat.shapes import part_json
from chat.titles import MOST_TITLE


class QuestionIn(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)
    request_id = serializers.CharField(
        max_length=64, required=False, help_text="the same id is one question, however often it is sent"
    )


class BeginIn(QuestionIn):
    about = serializers.CharField(
        max_length=30, required=False, allow_blank=True, help_text="empty, model:3 or run:12, by id"
    )


class FurtherIn(QuestionIn):
    replaces = serializers.IntegerField(
        required=False, help_text="id of a question: this one is asked in its place, as another branch"
    )


class AgainIn(serializers.Serializer[dict[str, Any]]):
    request_id = serializers.CharField(max_length=64, required=False)


class TitleIn(serializers.Serializer[dict[str, Any]]):
    title = serializers.CharField(max_length=MOST_TITLE)


class TurnOut(serializers.ModelSerializer[Turn]):
    """The work on one answer; tokens and cost are null where they are unknown."""

    conversation_id = serializers.IntegerField()
    question_id = serializers.IntegerField()
    answer_id = serializers.IntegerField()
    verified_share = serializers.FloatField(
        allow_null=True, help_text="of the numbers in the answer, those that a tool result says"
    )
    stream_url = serializers.SerializerMethodField(help_text="server-sent events of the answer")

    class Meta:
        model = Turn
        fields = [
            "id",
            "conversation_id",
            "question_id",
            "answer_id",
            "request_id",
            "state",
            "is_partial",
            "error_code",
            "ai_model",
            "is_built_in",
            "calls",
            "input_tokens",
            "cached_tokens",
            "output_tokens",
            "cost",
            "numbers",
            "verified_numbers",
            "verified_share",
            "stop_requested_at",
            "created_at",
            "started_at",
            "first_text_at",
            "ended_at",
            "stream_url",
        ]

    def get_stream_url(self, turn: Turn) -> str:
        return reverse("api-turn-stream", args=[turn.pk])


class ConversationOut(serializers.ModelSerializer[Conversation]):
    model_id = serializers.IntegerField(allow_null=True)
    run_id = serializers.IntegerField(allow_null=True)
    leaf_id = serializers.IntegerField(allow_null=True, help_text="the message that ends the branch shown")
    url = serializers.SerializerMethodField(help_text="of its page")

    class Meta:
        model = Conversation
        fields = ["id", "scope", "model_id", "run_id", "title", "leaf_id", "created_at", "active_at", "url"]

    def get_url(self, conversation: Conversation) -> str:
        return reverse("chat:conversation-detail", args=[conversation.pk])


class SentOut(serializers.Serializer[dict[str, Any]]):
    conversation = ConversationOut()
    turn = TurnOut()


class MessageOut(serializers.Serializer[Said]):
    """A message with its parts: text, tool_call, tool_result, proposal, error."""

    id = serializers.IntegerField(source="message.pk")
    parent_id = serializers.IntegerField(source="message.parent_id", allow_null=True)
    role = serializers.CharField(source="message.role")
    created_at = serializers.DateTimeField(source="message.created_at")
    versions = serializers.ListField(
        child=serializers.IntegerField(), help_text="ids of the messages in its place, oldest first"
    )
    parts = serializers.SerializerMethodField()
    turn = TurnOut(allow_null=True)

    def get_parts(self, one: Said) -> list[dict[str, Any]]:
        return [{"id": part.pk, **part_json(part)} for part in one.parts]


class MessagesOut(serializers.Serializer[dict[str, Any]]):
    messages = MessageOut(many=True, help_text="of the branch that is shown, oldest first")
    before = serializers.IntegerField(allow_null=True, help_text="ask with this for the messages above")


class OutcomeOut(serializers.ModelSerializer[ProposalOutcome]):
    part_id = serializers.IntegerField()

    class Meta:
        model = ProposalOutcome
        fields = ["part_id", "state", "result", "applied_at", "decided_at"]
