from django.urls import path
from django.views.generic import RedirectView

from profiles import account_views, views
from profiles.llm import views as llm_views
from profiles.notifications import views as notification_views
from profiles.tokens import views as token_views

app_name = "profiles"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="profiles:model-list"), name="home"),
    path("login/", account_views.Login.as_view(), name="login"),
    path("logout/", account_views.Logout.as_view(), name="logout"),
    path("signup/", account_views.sign_up, name="sign-up"),
    path("password/", account_views.ChangePassword.as_view(), name="password"),
    path("profile/", views.profile, name="profile"),
    path("endpoints/", llm_views.endpoint_list, name="endpoint-list"),
    path("endpoints/new/", llm_views.endpoint_create, name="endpoint-create"),
    path("endpoints/spending/", llm_views.spending, name="spending"),
    path("endpoints/<int:endpoint_id>/edit/", llm_views.endpoint_edit, name="endpoint-edit"),
    path("endpoints/<int:endpoint_id>/delete/", llm_views.endpoint_delete, name="endpoint-delete"),
    path("endpoints/<int:endpoint_id>/tested/", llm_views.endpoint_tested, name="endpoint-tested"),
    path("tokens/", token_views.token_list, name="token-list"),
    path("tokens/<int:token_id>/revoke/", token_views.token_revoke, name="token-revoke"),
    path("notifications/", notification_views.inbox, name="inbox"),
    path("notifications/read/", notification_views.inbox_read, name="inbox-read"),
    path("notifications/bell/", notification_views.bell, name="bell"),
    path("notifications/settings/", notification_views.settings, name="notification-settings"),
    path("notifications/webhook/", notification_views.webhook, name="webhook"),
    path("notifications/webhook/remove/", notification_views.webhook_remove, name="webhook-remove"),
    path("notifications/test/", notification_views.test, name="notification-test"),
    path("notifications/deliveries/", notification_views.deliveries, name="deliveries"),
    path(
        "notifications/deliveries/<int:delivery_id>/again/",
        notification_views.delivery_again,
        name="delivery-again",
    ),
    path(
        "notifications/<int:notification_id>/", notification_views.notification_open, name="notification-open"
    ),
    path("models/", views.model_list, name="model-list"),
    path("models/new/", views.model_create, name="model-create"),
    path("models/<int:model_id>/", views.model_detail, name="model-detail"),
    path("models/<int:model_id>/edit/", views.model_edit, name="model-edit"),
    path("models/<int:model_id>/clone/", views.model_clone, name="model-clone"),
    path("models/<int:model_id>/archive/", views.model_archive, name="model-archive"),
    path("models/<int:model_id>/restore/", views.model_restore, name="model-restore"),
]
