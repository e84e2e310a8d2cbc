from django.urls import path

from broker import api

urlpatterns = [
    path("runs/<int:run_id>/orders/", api.Orders.as_view(), name="api-orders"),
    path("runs/<int:run_id>/fills/", api.Fills.as_view(), name="api-fills"),
    path("runs/<int:run_id>/round-trips/", api.RoundTrips.as_view(), name="api-round-trips"),
    path("runs/<int:run_id>/positions/", api.Positions.as_view(), name="api-positions"),
    path("runs/<int:run_id>/equity/", api.EquityPoints.as_view(), name="api-equity"),
]
