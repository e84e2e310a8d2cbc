"""What htmx gets after a question: the new messages below those it has, or all of them where it has others."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import reswap, retarget

from chat.models import Conversation
from chat.pages import conversation_context
from chat.rendering.messages import bubble_of
from chat.selectors import access_conversation, said
from chat.services import Sent
from core.htmx import wants_fragment
from core.requests import UserRequest


def sent_reply(request: UserRequest, sent: Sent, *, shown_leaf: int | None) -> HttpResponse:
    """The exchange alone where the page shows just what came before it, else the whole branch."""
    conversation = access_conversation(request.user, sent.turn.conversation_id)
    if not wants_fragment(request):
        return redirect("chat:conversation-detail", conversation.pk)
    is_below = sent.is_new and sent.turn.question.parent_id == shown_leaf
    if not is_below or request.POST.get("leaf") != str(shown_leaf):
        return thread_reply(request, conversation)
    ids = [sent.turn.question_id, sent.turn.answer_id]
    bubbles = [bubble_of(one) for one in said(request.user, ids)]
    return render(request, "chat/_bubbles.html", {"bubbles": bubbles, "conversation": conversation})


def thread_reply(request: UserRequest, conversation: Conversation) -> HttpResponse:
    """All messages of the branch that is shown now, in place of those on the page."""
    if not wants_fragment(request):
        return redirect("chat:conversation-detail", conversation.pk)
    fresh = access_conversation(request.user, conversation.pk)
    response = render(request, "chat/_messages.html", conversation_context(request.user, fresh))
    return reswap(retarget(response, "#thread"), "innerHTML")
