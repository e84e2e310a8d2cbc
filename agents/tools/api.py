"""The analyst's tools over the API, one address each: the same reads, the same user, the same limits."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from agents.tools.base import Asking, Tool
from agents.tools.payload import Payload
from agents.tools.registry import TOOLS
from agents.tools.use import arguments_read, tool_find
from core.api import OwnedApiView
from core.requests import UserApiRequest


class ToolOut(serializers.Serializer[Tool[Any]]):
    name = serializers.CharField()
    description = serializers.CharField()
    arguments = serializers.JSONField(source="schema", help_text="JSON schema")


class ToolList(OwnedApiView):
    @extend_schema(responses=ToolOut(many=True))
    def get(self, request: UserApiRequest) -> Response:
        """List the tools with what they find and which arguments they take."""
        return Response([ToolOut(tool).data for tool in TOOLS.values()])


class UseTool(OwnedApiView):
    """Looks and never writes, so a token that may only read may use it."""

    permission_classes = [IsAuthenticated]
    tool: Tool[Any]

    def find(self, request: UserApiRequest) -> Response:
        read = arguments_read(self.tool, request.body.decode(errors="replace"))
        return Response(tool_find(Asking(request.user), self.tool, read).to_json())


def view_of(tool: Tool[Any]) -> type[UseTool]:
    """The view of one tool, described by its arguments."""

    def post(self: UseTool, request: UserApiRequest) -> Response:
        return self.find(request)

    described = extend_schema(
        operation_id=f"tools_{tool.name}",
        description=tool.description,
        request=tool.arguments,
        responses=Payload,
    )
    words = "".join(part.capitalize() for part in tool.name.split("_"))
    return type(f"{words}View", (UseTool,), {"tool": tool, "post": described(post)})
