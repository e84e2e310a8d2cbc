"""Pages of accounts: sign-up, login, logout, change of password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from profiles.forms import SignUpForm
from profiles.middleware import remember_zone
from profiles.services import user_sign_up

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105  (a path, not a password)


class Login(views.LoginView):
    template_name = "profiles/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        remember_zone(self.request, form.get_user())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sign_up_is_open=settings.SIGN_UP_IS_OPEN, **kwargs)


class Logout(views.LogoutView):
    """By POST only, so that no link or picture can log anybody out."""


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(SuccessMessageMixin, views.PasswordChangeView):  # type: ignore[type-arg]  # generic over its form
    template_name = "profiles/password.html"
    success_url = reverse_lazy("profiles:profile")
    success_message = "Your password is changed. Other devices are logged out."


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("profiles:model-list")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and (user := form.save(user_sign_up)):
        login(request, user, backend=PASSWORD_BACKEND)
        remember_zone(request, user)
        messages.success(
            request, f"Welcome, {user.username}. Make your first Model, then send it into a session."
        )
        return redirect("profiles:model-list")
    context = {"form": form, "sign_up_is_open": settings.SIGN_UP_IS_OPEN}
    return render(request, "profiles/sign_up.html", context, status=form.status)
