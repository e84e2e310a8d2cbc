from django.urls import path

from market import views

app_name = "market"
urlpatterns = [
    path("market/", views.instrument_list, name="instrument-list"),
    path("market/<str:symbol>/", views.instrument_detail, name="instrument-detail"),
]
