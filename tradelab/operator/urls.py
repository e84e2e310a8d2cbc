from django.urls import path

from tradelab.operator import views

app_name = "operator"
urlpatterns = [
    path("", views.operator, name="operator"),
    path("workers/", views.workers, name="workers"),
    path("audit/", views.audit, name="audit"),
    path("sample/", views.sample, name="sample"),
]
