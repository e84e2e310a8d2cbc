"""Notifications over the API. The webhook's secret is in the answer that sets it, and nowhere else."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.errors import UserError
from core.requests import UserApiRequest
from profiles.notifications import hook, services
from profiles.notifications.kinds import CHOSEN_KINDS, Channel
from profiles.notifications.models import Delivery, Notification, NotificationSettings
from profiles.notifications.selectors import choices_of, deliveries_of, inbox, mail_is_on, settings_of


class NotificationOut(serializers.ModelSerializer[Notification]):
    class Meta:
        model = Notification
        fields = ["id", "kind", "subject", "body", "url", "created_at", "read_at"]
        read_only_fields = fields


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    notification = serializers.IntegerField(source="notification_id")

    class Meta:
        model = Delivery
        fields = [
            "id",
            "notification",
            "channel",
            "state",
            "attempts",
            "next_attempt_at",
            "last_status",
            "last_error",
            "last_attempt_at",
            "delivered_at",
            "created_at",
        ]
        read_only_fields = fields


class ReadIn(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, allow_null=True, max_length=1000
    )


class WebhookIn(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=300)


Ways = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices), required=False)
Choices = inline_serializer("NotificationChoices", {kind.value: Ways for kind in CHOSEN_KINDS})
Read = inline_serializer("NotificationsRead", {"read": serializers.IntegerField()})
Webhook = inline_serializer(
    "NotificationWebhook",
    {
        "url": serializers.CharField(help_text="empty without a webhook"),
        "set_at": serializers.DateTimeField(allow_null=True),
        "mail_is_on": serializers.BooleanField(help_text="whether this installation sends mail"),
    },
)
WebhookMade = inline_serializer(
    "NotificationWebhookMade",
    {"url": serializers.CharField(), "secret": serializers.CharField(help_text="shown this once")},
)


class Notifications(OwnedApiView):
    @extend_schema(
        operation_id="notifications_list",
        parameters=[OpenApiParameter("unread", bool, description="only what was not read")],
        responses=paged(NotificationOut),
    )
    def get(self, request: UserApiRequest) -> Response:
        """List what the user was told, newest first."""
        unread = request.query_params.get("unread", "false").lower()
        if unread not in ("true", "false"):
            raise UserError(f"unread should be true or false, was {unread!r}.")
        return page_of(self, request, inbox(request.user, unread_only=unread == "true"), NotificationOut)


class NotificationsRead(OwnedApiView):
    @extend_schema(request=ReadIn, responses=Read)
    def post(self, request: UserApiRequest) -> Response:
        """Mark these notifications as read, all of them without `ids`."""
        sent = ReadIn(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response({"read": services.notifications_read(request.user, sent.validated_data.get("ids"))})


class NotificationChoices(OwnedApiView):
    @extend_schema(responses=Choices)
    def get(self, request: UserApiRequest) -> Response:
        """By which ways the user is told of each kind."""
        return Response(choices_of(settings_of(request.user)))

    @extend_schema(request=Choices, responses=Choices)
    def patch(self, request: UserApiRequest) -> Response:
        """Change the ways of the kinds that are sent and no others."""
        if not isinstance(request.data, dict) or not all(
            isinstance(ways, list) and all(isinstance(way, str) for way in ways)
            for ways in request.data.values()
        ):
            raise UserError('Send a list of ways for each kind, such as {"run_failed": ["inbox"]}.')
        return Response(choices_of(services.channels_choose(request.user, request.data)))


class NotificationWebhook(OwnedApiView):
    @extend_schema(responses=Webhook)
    def get(self, request: UserApiRequest) -> Response:
        """Where notifications are posted to, without the secret."""
        return Response(webhook_out(settings_of(request.user)))

    @extend_schema(request=WebhookIn, responses=WebhookMade)
    def put(self, request: UserApiRequest) -> Response:
        """Set the webhook; the answer has its new secret, this once."""
        sent = WebhookIn(data=request.data)
        sent.is_valid(raise_exception=True)
        mine, secret = hook.webhook_set(request.user, url=sent.validated_data["url"])
        return Response({"url": mine.webhook_url, "secret": secret})

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest) -> Response:
        """Forget the webhook and its secret."""
        hook.webhook_remove(request.user)
        return Response(status=204)


def webhook_out(mine: NotificationSettings) -> dict[str, Any]:
    return {"url": mine.webhook_url, "set_at": mine.webhook_set_at, "mail_is_on": mail_is_on()}


class NotificationTest(OwnedApiView):
    @extend_schema(request=None, responses={201: NotificationOut})
    def post(self, request: UserApiRequest) -> Response:
        """Send a notification all ways that lead somewhere; `deliveries` tell what became of it."""
        return Response(NotificationOut(hook.notification_test(request.user)).data, status=201)


class Deliveries(OwnedApiView):
    @extend_schema(operation_id="notifications_deliveries_list", responses=paged(DeliveryOut))
    def get(self, request: UserApiRequest) -> Response:
        """List what was sent out, newest first, with what went wrong last."""
        return page_of(self, request, deliveries_of(request.user), DeliveryOut)


class DeliveryAgain(OwnedApiView):
    @extend_schema(request=None, responses=DeliveryOut)
    def post(self, request: UserApiRequest, delivery_id: int) -> Response:
        """Try a delivery that was given up once more."""
        return Response(DeliveryOut(services.delivery_again(request.user, delivery_id)).data)
