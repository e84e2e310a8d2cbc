"""The web process. It answers many requests at once, so it alone shares database connections in a pool."""

import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")
os.environ.setdefault("DATABASE_POOL_SIZE", "10")
# WhiteNoise reads static files synchronously; they are small. Our own streams are asynchronous.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
