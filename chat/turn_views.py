"""Turns over the pages: the answer as it stands, the stream of it, stopping it and asking again."""

from __future__ import annotations

from random import uniform

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from chat import services
from chat.looks import Shape, look_at
from chat.rendering.messages import bubble_of, proposal_of
from chat.replies import sent_reply
from chat.shapes import PageShape
from chat.streams import Follower, is_full
from core.htmx import wants_fragment
from core.requests import UserRequest
from core.views import event_response


@require_GET
def turn_answer(request: UserRequest, turn_id: int) -> HttpResponse:
    """The answer as it stands, for pages without a stream."""
    look = look_at(request.user, turn_id)
    if not wants_fragment(request):
        return redirect("chat:conversation-detail", look.turn.conversation_id)
    return render(request, "chat/_answer.html", {"bubble": bubble_of(look.one)})


@login_not_required  # a redirect to the login page would confuse an event stream; look_at() refuses strangers
@require_GET
def turn_stream(request: UserRequest, turn_id: int) -> HttpResponse | StreamingHttpResponse:
    """The answer while it is written: everything so far first, in place of what the page has."""
    return stream_response(request.user, turn_id, PageShape(get_token(request)))


def stream_response(
    user: User | AnonymousUser, turn_id: int, shape: Shape, *, after: str = ""
) -> HttpResponse | StreamingHttpResponse:
    """Look once within the request, then follow without holding its database connection. Raises Forbidden."""
    look = look_at(user, turn_id)
    if is_full(look.turn.user_id):
        refusal = HttpResponse("Too many streams are open.", status=503)
        refusal["Retry-After"] = str(round(uniform(2, 8)))
        return refusal
    zone = timezone.get_current_timezone()
    follower = Follower(look.turn.user_id, turn_id, zone, shape)
    return event_response(follower.events(look, after=after))


@require_POST
def turn_stop(request: UserRequest, turn_id: int) -> HttpResponse:
    turn = services.turn_stop(request.user, turn_id)
    if wants_fragment(request):
        return HttpResponse(status=204)
    return redirect("chat:conversation-detail", turn.conversation_id)


@require_POST
def turn_again(request: UserRequest, turn_id: int) -> HttpResponse:
    """Answer the same question once more, beside the answer that is there."""
    sent = services.turn_again(request.user, turn_id, request_id=request.POST.get("request_id", ""))
    return sent_reply(request, sent, shown_leaf=None)


@require_POST
def proposal_decide(request: UserRequest, part_id: int, verb: str) -> HttpResponse:
    """Apply, dismiss or undo: the one place where something that an analyst proposed is done."""
    outcome = services.DECISIONS[verb](request.user, part_id)
    if not wants_fragment(request):
        return redirect("chat:conversation-detail", outcome.part.message.conversation_id)
    return render(request, "chat/_proposal.html", {"proposal": proposal_of(outcome.part, outcome)})
