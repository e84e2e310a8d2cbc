"""Conversations over the API: what the pages do, through the same services and selectors."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from chat import services
from chat.api_rows import (
    AgainIn,
    BeginIn,
    ConversationOut,
    FurtherIn,
    MessagesOut,
    OutcomeOut,
    SentOut,
    TitleIn,
    TurnOut,
)
from chat.looks import look_at
from chat.search import conversations_found
from chat.selectors import access_conversation, access_turn, conversations_of, message_page
from chat.services import Sent
from chat.shapes import JsonShape
from chat.turn_views import stream_response
from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from profiles.validate import known_fields
from runs.query import number_in


def sent_values(request: UserApiRequest, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    body = kind(data=request.data)
    if isinstance(request.data, dict):
        known_fields(request.data, body.fields)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def sent_out(request: UserApiRequest, sent: Sent) -> Response:
    conversation = access_conversation(request.user, sent.turn.conversation_id)
    body = {"conversation": conversation, "turn": sent.turn}
    return Response(SentOut(body).data, status=202 if sent.is_new else 200)


class Conversations(OwnedApiView):
    @extend_schema(
        operation_id="conversations_list",
        parameters=[OpenApiParameter("q", str, description="only those in which all words occur; not paged")],
        responses=paged(ConversationOut),
    )
    def get(self, request: UserApiRequest) -> Response:
        """The user's conversations, newest first."""
        if query := request.query_params.get("q", "").strip():
            found = [hit.conversation for hit in conversations_found(request.user, query)]
            rows = ConversationOut(found, many=True).data
            return Response({"next": None, "previous": None, "results": rows})
        return page_of(self, request, conversations_of(request.user), ConversationOut)

    @extend_schema(
        operation_id="conversations_begin", request=BeginIn, responses={202: SentOut, 200: SentOut}
    )
    def post(self, request: UserApiRequest) -> Response:
        """Ask the first question of a conversation: 202, or 200 for a request that was sent before."""
        values = sent_values(request, BeginIn)
        sent = services.message_send(request.user, subject=values.pop("about", ""), **values)
        return sent_out(request, sent)


class OneConversation(OwnedApiView):
    @extend_schema(responses=ConversationOut)
    def get(self, request: UserApiRequest, conversation_id: int) -> Response:
        """One conversation, without its messages."""
        return Response(ConversationOut(access_conversation(request.user, conversation_id)).data)

    @extend_schema(request=TitleIn, responses=ConversationOut)
    def patch(self, request: UserApiRequest, conversation_id: int) -> Response:
        """Rename it."""
        access_conversation(request.user, conversation_id)
        title = sent_values(request, TitleIn)["title"]
        return Response(
            ConversationOut(services.conversation_rename(request.user, conversation_id, title=title)).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest, conversation_id: int) -> Response:
        """Remove it for good; 409 while an answer is being written."""
        services.conversation_delete(request.user, conversation_id)
        return Response(status=204)


class ConversationMessages(OwnedApiView):
    @extend_schema(parameters=[OpenApiParameter("before", int)], responses=MessagesOut)
    def get(self, request: UserApiRequest, conversation_id: int) -> Response:
        """The newest messages of the branch that is shown; with `before` those above."""
        conversation = access_conversation(request.user, conversation_id)
        found = message_page(request.user, number_in(request, "before") or conversation.leaf_id)
        mine = [one for one in found.said if one.message.conversation_id == conversation.pk]
        return Response(MessagesOut({"messages": mine, "before": found.older if mine else None}).data)

    @extend_schema(request=FurtherIn, responses={202: SentOut, 200: SentOut})
    def post(self, request: UserApiRequest, conversation_id: int) -> Response:
        """Ask further: 202, 200 for a request that was sent before, 409 while an answer is being written."""
        access_conversation(request.user, conversation_id)
        values = sent_values(request, FurtherIn)
        return sent_out(
            request, services.message_send(request.user, conversation_id=conversation_id, **values)
        )


class OneTurn(OwnedApiView):
    @extend_schema(responses=TurnOut)
    def get(self, request: UserApiRequest, turn_id: int) -> Response:
        """How an answer is coming on: queued, running, done, stopped, failed, worker_lost."""
        return Response(TurnOut(look_at(request.user, turn_id).turn).data)


class TurnStop(OwnedApiView):
    @extend_schema(request=None, responses=TurnOut)
    def post(self, request: UserApiRequest, turn_id: int) -> Response:
        """Stop within two seconds; what was said is kept. Harmless to repeat."""
        return Response(TurnOut(services.turn_stop(request.user, turn_id)).data)


class TurnAgain(OwnedApiView):
    @extend_schema(request=AgainIn, responses={202: SentOut, 200: SentOut})
    def post(self, request: UserApiRequest, turn_id: int) -> Response:
        """Answer the same question once more, beside the answer that is there."""
        access_turn(request.user, turn_id)
        return sent_out(request, services.turn_again(request.user, turn_id, **sent_values(request, AgainIn)))


class EventStream(BaseRenderer):
    """Lets clients ask for events; the view writes them itself."""

    media_type = "text/event-stream"
    format = "events"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return JSONRenderer().render(data)


class TurnStream(OwnedApiView):
    renderer_classes = [JSONRenderer, EventStream]

    def handle_exception(self, exc: Exception) -> Response:
        """Refuse in JSON, as everywhere, also those who ask for events."""
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), "application/json"
        return super().handle_exception(exc)

    @extend_schema(
        parameters=[
            OpenApiParameter("after", str, description="id of the last event seen"),
            OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER, description="wins over `after`"),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: UserApiRequest, turn_id: int) -> HttpResponse | StreamingHttpResponse:
        """Events: `snapshot` (all parts so far), `delta` {at, text}, `reset` {at}, `block` {at, part}, `ping`, and at the
        end `done` with all parts. With the id of the last event seen it goes on there, where that is still known.
        """
        after = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")
        return stream_response(request.user, turn_id, JsonShape(), after=after)


class ProposalDecision(OwnedApiView):
    verb = "apply"

    @extend_schema(request=None, responses=OutcomeOut)
    def post(self, request: UserApiRequest, part_id: int) -> Response:
        """Apply a proposal with the user's own permissions, put it aside, or undo it."""
        return Response(OutcomeOut(services.DECISIONS[self.verb](request.user, part_id)).data)
