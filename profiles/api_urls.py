from django.urls import path

from profiles import api

urlpatterns = [
    path("models/", api.Models.as_view(), name="api-models"),
    path("models/<int:model_id>/", api.Model.as_view(), name="api-model"),
    path("models/<int:model_id>/clone/", api.ModelClone.as_view(), name="api-model-clone"),
    path("models/<int:model_id>/archive/", api.ModelArchive.as_view(), name="api-model-archive"),
    path("models/<int:model_id>/restore/", api.ModelRestore.as_view(), name="api-model-restore"),
    path("profile/", api.Profile.as_view(), name="api-profile"),
]
