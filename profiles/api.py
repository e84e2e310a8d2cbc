"""Models and the profile over the API: what the pages do, through the same services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, flatten, page_of, paged
from core.errors import UserError
from core.requests import UserApiRequest
from profiles import services
from profiles.models import TradingModel, TradingProfile
from profiles.selectors import access_model, models_list, profile_get
from profiles.validate import known_fields


class ModelIn(serializers.ModelSerializer[TradingModel]):
    """Types only; `validate` judges the values."""

    class Meta:
        model = TradingModel
        fields = services.MODEL_FIELDS


class ModelOut(serializers.ModelSerializer[TradingModel]):
    class Meta:
        model = TradingModel
        fields = [
            "id",
            "slug",
            *services.MODEL_FIELDS,
            "ai_suggested",
            "archived_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ProfileIn(serializers.ModelSerializer[TradingProfile]):
    class Meta:
        model = TradingProfile
        fields = services.PROFILE_FIELDS


class CloneIn(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=100, required=False)


def read(
    kind: type[serializers.BaseSerializer[Any]], request: UserApiRequest, known: tuple[str, ...]
) -> dict[str, Any]:
    """What was sent and nothing else, with its types right. Raises UserError."""
    serializer = kind(data=request.data, partial=True)
    if isinstance(request.data, dict):
        known_fields(request.data, known)
    if not serializer.is_valid():
        found = request.data if isinstance(request.data, dict) else {}
        # What nobody may read is not repeated either.
        secret = {name for name, field in getattr(serializer, "fields", {}).items() if field.write_only}
        fields = {
            name: f"{message} Found {found[name]!r}." if name in found and name not in secret else message
            for name, message in flatten(serializer.errors).items()
        }
        raise UserError(" ".join(f"{name}: {message}" for name, message in fields.items()), fields=fields)
    return dict(serializer.validated_data)


class Models(OwnedApiView):
    @extend_schema(responses=paged(ModelOut), operation_id="models_list")
    def get(self, request: UserApiRequest) -> Response:
        """List the Models in use, newest first; those put away with `?archived=true`."""
        is_archive = request.query_params.get("archived") in ("1", "true")
        return page_of(self, request, models_list(request.user, archived=is_archive), ModelOut)

    @extend_schema(request=ModelIn, responses={201: ModelOut})
    def post(self, request: UserApiRequest) -> Response:
        """Create a Model; only its name is needed."""
        model = services.model_create(request.user, **read(ModelIn, request, services.MODEL_FIELDS))
        return Response(ModelOut(model).data, status=201)


class Model(OwnedApiView):
    @extend_schema(responses=ModelOut)
    def get(self, request: UserApiRequest, model_id: int) -> Response:
        """One Model, whole."""
        return Response(ModelOut(access_model(request.user, model_id)).data)

    @extend_schema(request=ModelIn, responses=ModelOut)
    def patch(self, request: UserApiRequest, model_id: int) -> Response:
        """Change the fields that are sent and no others."""
        access_model(request.user, model_id)
        changes = read(ModelIn, request, services.MODEL_FIELDS)
        return Response(ModelOut(services.model_update(request.user, model_id, **changes)).data)


class ModelClone(OwnedApiView):
    @extend_schema(request=CloneIn, responses={201: ModelOut})
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Copy a Model with its rules and without its runs."""
        access_model(request.user, model_id)
        model = services.model_clone(request.user, model_id, **read(CloneIn, request, ("name",)))
        return Response(ModelOut(model).data, status=201)


class ModelArchive(OwnedApiView):
    @extend_schema(request=None, responses=ModelOut)
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Put a Model away; it keeps everything and starts no more runs."""
        return Response(ModelOut(services.model_archive(request.user, model_id)).data)


class ModelRestore(OwnedApiView):
    @extend_schema(request=None, responses=ModelOut)
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Bring an archived Model back."""
        return Response(ModelOut(services.model_restore(request.user, model_id)).data)


class Profile(OwnedApiView):
    @extend_schema(responses=ProfileIn)
    def get(self, request: UserApiRequest) -> Response:
        """The user's own limits."""
        return Response(ProfileIn(profile_get(request.user)).data)

    @extend_schema(request=ProfileIn, responses=ProfileIn)
    def patch(self, request: UserApiRequest) -> Response:
        """Change the fields that are sent and no others."""
        changes = read(ProfileIn, request, services.PROFILE_FIELDS)
        return Response(ProfileIn(services.profile_update(request.user, **changes)).data)
