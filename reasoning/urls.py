from django.urls import path

from reasoning import views

app_name = "reasoning"
urlpatterns = [path("models/<int:model_id>/r/<int:number>/log.jsonl", views.run_log, name="run-log")]
