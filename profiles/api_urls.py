from django.urls import path

from profiles import api
from profiles.llm import api as llm_api

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
]
