"""Pages of conversations. What a question sets off goes on without the browser that asked it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from chat import export, services
from chat.forms import TitleForm
from chat.pages import conversation_context, older_bubbles, page_context
from chat.replies import sent_reply, thread_reply
from chat.scope import subject_access
from chat.search import conversations_found
from chat.selectors import access_conversation, conversations_of
from core.htmx import wants_fragment
from core.requests import UserRequest, whole_in
from runs.query import number_in


@require_safe
def conversation_new(request: UserRequest) -> HttpResponse:
    """Where a conversation begins; `?about=run:12` says about what."""
    subject = subject_access(request.user, request.GET.get("about", ""))
    return render(request, "chat/conversation.html", page_context(request.user, None, subject))


@require_safe
def conversation_detail(request: UserRequest, conversation_id: int) -> HttpResponse:
    conversation = access_conversation(request.user, conversation_id)
    return render(request, "chat/conversation.html", page_context(request.user, conversation))


def conversation_part(request: UserRequest, conversation_id: int) -> HttpResponse:
    """The conversation alone, for the panel beside a run or a Model."""
    context = conversation_context(request.user, access_conversation(request.user, conversation_id))
    return render(request, "chat/_drawer.html", {"drawer": context})


@require_GET
def conversation_older(request: UserRequest, conversation_id: int) -> HttpResponse:
    """The messages that stand above those shown."""
    conversation = access_conversation(request.user, conversation_id)
    context = older_bubbles(request.user, conversation, number_in(request, "before") or 0)
    return render(request, "chat/_messages.html", context)


@require_safe
def conversation_search(request: UserRequest) -> HttpResponse:
    """Every conversation, or those in which all of the words occur."""
    query = request.GET.get("q", "").strip()
    hits = conversations_found(request.user, query)
    newest = [] if query else conversations_of(request.user)[:200]
    return render(request, "chat/search.html", {"query": query, "hits": hits, "newest": newest})


@require_POST
def conversation_ask(request: UserRequest) -> HttpResponse:
    """The first question of a conversation; a panel gets it in place, a page goes there."""
    sent = services.message_send(
        request.user,
        text=asked_text(request),
        request_id=request.POST.get("request_id", ""),
        subject=request.POST.get("about", ""),
    )
    if not wants_fragment(request):
        return redirect("chat:conversation-detail", sent.turn.conversation_id)
    if "beside" in request.POST:
        return conversation_part(request, sent.turn.conversation_id)
    return HttpResponseClientRedirect(reverse("chat:conversation-detail", args=[sent.turn.conversation_id]))


@require_POST
def message_send(request: UserRequest, conversation_id: int) -> HttpResponse:
    """A question, or with `replaces` another one in the place of an earlier one."""
    before = access_conversation(request.user, conversation_id).leaf_id
    sent = services.message_send(
        request.user,
        text=asked_text(request),
        request_id=request.POST.get("request_id", ""),
        conversation_id=conversation_id,
        replaces=whole_in(request.POST.get("replaces", "")),
    )
    return sent_reply(request, sent, shown_leaf=before)


@require_POST
def turn_stop_active(request: UserRequest, conversation_id: int) -> HttpResponse:
    """Stop whatever is being answered here."""
    services.conversation_stop(request.user, conversation_id)
    if wants_fragment(request):
        return HttpResponse(status=204)
    return redirect("chat:conversation-detail", conversation_id)


@require_POST
def branch_choose(request: UserRequest, message_id: int) -> HttpResponse:
    """Show another version of a message, with what follows it."""
    return thread_reply(request, services.branch_choose(request.user, message_id))


def conversation_rename(request: UserRequest, conversation_id: int) -> HttpResponse:
    conversation = access_conversation(request.user, conversation_id)
    form = TitleForm(request.POST or None, initial={"title": conversation.title})
    renamed = form.save(services.conversation_rename, request.user, conversation_id) if request.POST else None
    if renamed is not None:
        return redirect("chat:conversation-detail", conversation_id)
    context = {"form": form, "conversation": conversation}
    return render(request, "chat/conversation_rename.html", context, status=form.status)


def conversation_delete(request: UserRequest, conversation_id: int) -> HttpResponse:
    """Ask, then delete for good."""
    conversation = access_conversation(request.user, conversation_id)
    if request.method != "POST":
        return render(request, "chat/conversation_delete.html", {"conversation": conversation})
    services.conversation_delete(request.user, conversation_id)
    messages.success(request, f"“{conversation}” is deleted.")
    return redirect("chat:conversation-list")


@require_safe
def conversation_export(request: UserRequest, conversation_id: int, ending: str) -> HttpResponse:
    """The branch that is shown as Markdown, or everything as JSON."""
    conversation = access_conversation(request.user, conversation_id)
    text = export.as_json(conversation) if ending == "json" else export.as_markdown(conversation)
    kind = {"json": "application/json", "md": "text/markdown; charset=utf-8"}[ending]
    name = export.file_name(conversation, ending)
    return HttpResponse(
        text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def asked_text(request: UserRequest) -> str:
    """What was typed, or the suggestion that was clicked."""
    return str(request.POST.get("suggested") or request.POST.get("text", ""))
