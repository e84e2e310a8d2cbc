"""The web process. It answers many requests at once, so it alone shares database connections in a pool."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")
os.environ.setdefault("DATABASE_POOL_SIZE", "20")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
