from django.urls import path

from market import api

urlpatterns = [
    path("instruments/", api.Instruments.as_view(), name="api-instruments"),
    path("instruments/<str:symbol>/", api.InstrumentDetail.as_view(), name="api-instrument"),
    path("instruments/<str:symbol>/bars/", api.Bars.as_view(), name="api-bars"),
]
