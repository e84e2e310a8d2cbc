"""All settings, read from the environment (or `.env`); `.env.example` explains each name.

Without any, this is a private installation on one machine: embedded services, generated keys, local hosts only.
"""

import django_stubs_ext
from csp.constants import NONE, SELF

from tradelab import env
from tradelab.celery_settings import BEAT_SCHEDULE, TASK_ROUTES
from tradelab.database_url import database_settings
from tradelab.feed_settings import feed_settings
from tradelab.log_settings import log_settings
from tradelab.mail import mail_settings
from tradelab.secrets import stored_secret
from tradelab.services import known_urls

# Admin and form classes name their model (`ModelAdmin[Run]`) at run time too.
django_stubs_ext.monkeypatch()

env.load_file()
BASE_DIR = env.BASE_DIR

# ---- Where and how it runs
IS_PRODUCTION = env.choice("TRADELAB_ENV", "local", ("local", "production")) == "production"
DEBUG = env.flag("DEBUG")
VAR_DIR = env.var_dir()
PORT = env.number("PORT", 8000, least=1)
CLOCK_FILE = env.text("CLOCK_FILE")  # what `core.clock` shows, in rehearsals
LOCAL_URL = f"http://127.0.0.1:{PORT}/"
SITE_URL = env.text("SITE_URL", LOCAL_URL).rstrip("/")  # how links in mail and webhooks begin
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

# ---- Secrets
SECRET_KEY = env.text("SECRET_KEY") or stored_secret(VAR_DIR / "secret_key")
# Encrypts what users entrust to us (provider keys). Newest first; older ones still decrypt.
ENCRYPTION_KEYS = env.items("ENCRYPTION_KEYS") or [stored_secret(VAR_DIR / "encryption_key")]

# ---- Database and Redis
_embedded = known_urls(VAR_DIR)
DATABASE_URL = env.text("DATABASE_URL") or _embedded.database
MIGRATE_DATABASE_URL = env.text("MIGRATE_DATABASE_URL") or _embedded.migrate_database
REDIS_URL = env.text("REDIS_URL") or _embedded.redis
DATABASE_ROLE = env.choice("DATABASE_ROLE", "app", ("app", "owner"))
DATABASES = {
    "default": database_settings(
        MIGRATE_DATABASE_URL if DATABASE_ROLE == "owner" else DATABASE_URL,
        pool_size=env.number("DATABASE_POOL_SIZE", 0),
        # A page that can't get a connection in 5 s is lost anyway; a worker has more time.
        pool_seconds=env.number("DATABASE_POOL_SECONDS", 5, least=1),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# ---- Applications
INSTALLED_APPS = [
    "tradelab",
    "chat",
    "agents",
    "broker",
    "reasoning",
    "runs",
    "rules",
    "profiles",
    "market",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "tradelab.health.middleware.HealthMiddleware",
    "tradelab.request_ids.RequestIdMiddleware",
    "core.middleware.ReleaseConnectionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.RlsMiddleware",
    "profiles.middleware.TimezoneMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.WrongMethodMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tradelab.urls"
ASGI_APPLICATION = "tradelab.asgi.application"
TEMPLATE_LOADERS = [f"django.template.loaders.{kind}.Loader" for kind in ("filesystem", "app_directories")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": TEMPLATE_LOADERS
            if DEBUG
            else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "profiles.notifications.context.bell",
            ],
        },
    }
]
# ---- Static files, served by the web process itself
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise wants to find it
# A private installation serves the sources as they are; production serves what collectstatic hashed and compressed.
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# ---- People
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "profiles:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
SIGN_UP_IS_OPEN = env.flag("SIGN_UP_IS_OPEN", default=not IS_PRODUCTION)
# Ten wrong passwords for one name from one address close that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "errors/locked_out.html"
vars().update(mail_settings())
# ---- Safety of pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
TRUST_PROXY = env.flag("TRUST_PROXY")
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# ---- API
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 1200, least=1)  # of one user
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "profiles.tokens.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "profiles.tokens.authentication.WithinScope",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "core.parsers.StrictJson",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["core.throttle.PerUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "tradelab",
    "DESCRIPTION": "AI traders on paper money, with numbers that hold.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # typed tools describe themselves in its JSON schema
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api_schema.with_refusals",
        "core.api_schema.with_plain_times",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "TradingStyle": "profiles.vocabulary.TradingStyle",
        "PreferredStyle": "profiles.vocabulary.PreferredStyle",
        "RunState": "runs.models.RunState",
        "ScheduleSubject": "agents.schedules.timing.Subject",
        "InstrumentType": "market.models.Instrument.Kind",
        "NotificationKind": "profiles.notifications.kinds.Kind",
        "NotificationChannel": "profiles.notifications.kinds.Channel",
    },
}
# ---- Language and time
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
# ---- Background work: PostgreSQL knows what is to be done, Redis only rings the bell
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "beat"
CELERY_TASK_ROUTES = TASK_ROUTES
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 1.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Far above the longest slice, or a task would run twice at once; what a dead worker held is looked for every 5 s.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
RUNS_WORKERS = env.number("RUNS_WORKERS", 2, least=1)
CHAT_THREADS = env.number("CHAT_THREADS", 40, least=1)  # answers that are written at the same time
# ---- Runs
RUN_LEASE_SECONDS = env.number(
    "RUN_LEASE_SECONDS", 30, least=1
)  # without a sign of life, another worker takes over
RUN_SLICE_SECONDS = env.number(
    "RUN_SLICE_SECONDS", 20, least=1
)  # then the worker hands on, so that runs take turns
RUN_COMMIT_SECONDS = 0.5  # steps that cost nothing to repeat commit together, at most this much work…
RUN_COMMIT_STEPS = env.number("RUN_COMMIT_STEPS", 20_000, least=1)  # …and at most this many

# ---- Language models
# no: never asked; loopback: only on this machine, as tests do.
ALLOW_MODEL_CALLS = env.choice("ALLOW_MODEL_CALLS", "yes", ("yes", "loopback", "no"))
# Whether users' endpoints may stand inside our own network: no, loopback (this machine), yes.
ALLOW_PRIVATE_ENDPOINTS = env.choice(
    "ALLOW_PRIVATE_ENDPOINTS", "no" if IS_PRODUCTION else "loopback", ("no", "loopback", "yes")
)
LLM_THREADS = env.number("LLM_THREADS", 50, least=1)  # runs that wait for a language model at the same time
LLM_ATTEMPTS = env.number("LLM_ATTEMPTS", 3, least=1)  # of one question, before the run pauses
LLM_BEAT_SECONDS = 1.0  # how soon a waiting run hears of Stop
FEEDS = feed_settings(VAR_DIR)
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# ---- Retention: how many days things are kept; 0 keeps for ever
KEEP_DELETED_RUNS_DAYS = env.number("KEEP_DELETED_RUNS_DAYS", 30)
KEEP_NOTIFICATIONS_DAYS = env.number("KEEP_NOTIFICATIONS_DAYS", 180)
KEEP_LOGINS_DAYS = env.number("KEEP_LOGINS_DAYS", 90)

# ---- Measuring: who may read /metrics
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ADDRESSES = env.items("METRICS_ADDRESSES", "127.0.0.1/32,::1/128")

# ---- Logging: one line an event, never a secret
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if IS_PRODUCTION else "text", ("text", "json"))
LOGGING = log_settings(LOG_LEVEL, LOG_FORMAT)
