from django.urls import path
from django.views.generic import RedirectView

from profiles import account_views, views
from profiles.llm import views as llm_views
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
    path("models/", views.model_list, name="model-list"),
    path("models/new/", views.model_create, name="model-create"),
    path("models/<int:model_id>/", views.model_detail, name="model-detail"),
    path("models/<int:model_id>/edit/", views.model_edit, name="model-edit"),
    path("models/<int:model_id>/clone/", views.model_clone, name="model-clone"),
    path("models/<int:model_id>/archive/", views.model_archive, name="model-archive"),
    path("models/<int:model_id>/restore/", views.model_restore, name="model-restore"),
]
