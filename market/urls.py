from django.urls import path

from market import views
from market.downloads import views as download_views
from market.feeds import views as feed_views

app_name = "market"
urlpatterns = [
    path("market/suggest/", download_views.symbol_suggest, name="symbol-suggest"),
    path("imports/", views.import_list, name="import-list"),
    path("feeds/", feed_views.feed_list, name="feed-list"),
    path("feeds/<str:name>/key/", feed_views.feed_key, name="feed-key"),
    path("feeds/<str:name>/key/remove/", feed_views.feed_key_remove, name="feed-key-remove"),
    path("downloads/", download_views.download_list, name="download-list"),
    path("downloads/new/", download_views.download_create, name="download-create"),
    path("downloads/<int:download_id>/", download_views.download_detail, name="download-detail"),
    path("downloads/<int:download_id>/stop/", download_views.download_stop, name="download-stop"),
    path("downloads/<int:download_id>/resume/", download_views.download_resume, name="download-resume"),
    path("market/", views.instrument_list, name="instrument-list"),
    path("market/<str:symbol>/", views.instrument_detail, name="instrument-detail"),
]
