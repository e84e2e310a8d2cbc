from django.urls import path

from profiles import api
from profiles.llm import api as llm_api
from profiles.notifications import api as notifications

urlpatterns = [
    path("models/", api.Models.as_view(), name="api-models"),
    path("models/<int:model_id>/", api.Model.as_view(), name="api-model"),
    path("models/<int:model_id>/clone/", api.ModelClone.as_view(), name="api-model-clone"),
    path("models/<int:model_id>/archive/", api.ModelArchive.as_view(), name="api-model-archive"),
    path("models/<int:model_id>/restore/", api.ModelRestore.as_view(), name="api-model-restore"),
    path("endpoints/", llm_api.Endpoints.as_view(), name="api-endpoints"),
    path("endpoints/<int:endpoint_id>/", llm_api.Endpoint.as_view(), name="api-endpoint"),
    path("spending/", llm_api.Spending.as_view(), name="api-spending"),
    path("profile/", api.Profile.as_view(), name="api-profile"),
    path("notifications/", notifications.Notifications.as_view(), name="api-notifications"),
    path("notifications/read/", notifications.NotificationsRead.as_view(), name="api-notifications-read"),
    path(
        "notifications/choices/", notifications.NotificationChoices.as_view(), name="api-notification-choices"
    ),
    path(
        "notifications/webhook/", notifications.NotificationWebhook.as_view(), name="api-notification-webhook"
    ),
    path("notifications/test/", notifications.NotificationTest.as_view(), name="api-notification-test"),
    path("notifications/deliveries/", notifications.Deliveries.as_view(), name="api-deliveries"),
    path(
        "notifications/deliveries/<int:delivery_id>/again/",
        notifications.DeliveryAgain.as_view(),
        name="api-delivery-again",
    ),
]
