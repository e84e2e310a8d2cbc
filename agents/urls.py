from django.urls import path

from agents import views

app_name = "agents"
urlpatterns = [
    path("models/<int:model_id>/start/", views.start, name="run-start"),
]
