"""Django's settings, all derived from the environment (`environment.py`)."""

from __future__ import annotations

from pathlib import Path

import environ as django_environ

from entrepot.config import environment, logs, secrets

_env = environment.read()
DATA_DIR = environment.data_dir(_env)
SOCKET_DIR = environment.socket_dir(DATA_DIR)  # Of the embedded PostgreSQL.
PACKAGE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = _env["ENTREPOT_SECRET_KEY"] or secrets.secret_key(DATA_DIR)
FIELD_KEYS = secrets.field_keys(_env["ENTREPOT_FIELD_KEYS"], DATA_DIR)
DEBUG = _env["ENTREPOT_DEBUG"] == "1"
ALLOWED_HOSTS = _env["ENTREPOT_ALLOWED_HOSTS"].split(",")
BASE_URL = _env["ENTREPOT_BASE_URL"].rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

ROOMS = [
    "kernel",
    "accounts",
    "markets",
    "ledger",
    "ui",
    "sellers",
    "customs",
    "catalog",
    "payments",
    "shipping",
    "pricing",
    "orders",
    "payouts",
    "search",
    "notifications",
    "integrations",
    "storefront",
    "seller_centre",
    "operator_console",
    "api",
    "config",
    "demo",
    "bench",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "entrepot.config.admin_site.ReadOnlyAdminConfig",
    "csp",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    *(f"entrepot.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "entrepot.config.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "entrepot.config.lean.LeanPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "entrepot.config.lean.LeanSessionMiddleware",
    "entrepot.ui.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "entrepot.config.lean.LeanCsrfViewMiddleware",
    "entrepot.config.lean.LeanAuthenticationMiddleware",
    "entrepot.config.lean.LeanMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "entrepot.ui.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "entrepot.config.urls"
WSGI_APPLICATION = "entrepot.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "ui" / "templates"],  # Before allauth's: its pages wear our look.
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["entrepot.ui.templatetags.addresses"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "entrepot.ui.context.page",
                "entrepot.storefront.context.shop",
            ],
        },
    }
]

# The driver itself prepares nothing: `kernel/prepared.py` keeps the statements that come again, and the driver would
# throw them all away (DEALLOCATE ALL) with its own after each savepoint that is undone.
_POSTGRES_OPTIONS = {"server_side_binding": True, "prepare_threshold": None}
if _env["DATABASE_URL"]:
    _database = django_environ.Env.db_url_config(_env["DATABASE_URL"])
else:
    _database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "entrepot",
        "USER": "postgres",
        "HOST": str(SOCKET_DIR),
    }
_database["OPTIONS"] = {**_database.get("OPTIONS", {}), **_POSTGRES_OPTIONS}
_database["CONN_MAX_AGE"] = None
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["entrepot.config.sign_in.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True  # One mailbox each; a new one counts once it is confirmed.
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
# Per web process (the cache is its memory): guessing one mailbox's password, or many from one address, is stopped.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "find_order": "10/m/ip",
}
TRUSTED_PROXIES = int(_env["ENTREPOT_TRUSTED_PROXIES"])
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "entrepot.config.sign_in.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

LANGUAGE_CODE = "en"
LANGUAGES = [  # Of pages and letters; each named in itself. Words of listings: kernel/languages.py.
    ("en", "English"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("ru", "Русский"),
    ("tr", "Türkçe"),
    ("zh-hans", "简体中文"),
    ("ar", "العربية"),
]
LOCALE_PATHS = [DATA_DIR / "locale"]  # Made from ui/locale/*.po when the shop starts.
FORMAT_MODULE_PATH = "entrepot.ui.input_formats"
FORM_RENDERER = "entrepot.ui.form_controls.FormRenderer"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
SEARCH = _env["ENTREPOT_SEARCH"]
SEARCH_DIR = DATA_DIR / "search"  # The index of this machine.
PRICES_DIR = DATA_DIR / "prices"  # Delivered prices worked out before, for ordering by them.
MEDIA_ROOT = DATA_DIR / "media"
PRIVATE_ROOT = DATA_DIR / "private"  # Verification papers, bank files, customs papers: never served by address.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8000  # A listing of 500 variants, each with a dozen fields, comes as one form.

if _env["ENTREPOT_EMAIL_URL"]:
    vars().update(django_environ.Env.email_url_config(_env["ENTREPOT_EMAIL_URL"]))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "outbox")
DEFAULT_FROM_EMAIL = _env["ENTREPOT_FROM_EMAIL"]

_HTTPS = _env["ENTREPOT_HTTPS"] == "1"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_ENGINE = "entrepot.config.sessions"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "entrepot.ui.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

COUNTRIES_DIR = _env["ENTREPOT_COUNTRIES_DIR"]
SYNONYMS_DIR = _env["ENTREPOT_SYNONYMS_DIR"]
OPERATOR_FILE = _env["ENTREPOT_OPERATOR_FILE"]
SANDBOX_PAYMENTS = _env["ENTREPOT_SANDBOX_PAYMENTS"] == "1"
SIMULATED_CARRIER = _env["ENTREPOT_SIMULATED_CARRIER"] == "1"
WORKERS = int(_env["ENTREPOT_WORKERS"])
THREADS = int(_env["ENTREPOT_THREADS"])
API_WRITES_PER_MINUTE = int(_env["ENTREPOT_API_WRITES_PER_MINUTE"])
LOGGING = logs.configure(_env["ENTREPOT_LOG_FORMAT"])
LOG_REQUESTS = _env["ENTREPOT_LOG_REQUESTS"] == "1"
METRICS_TOKEN = _env["ENTREPOT_METRICS_TOKEN"]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # The worker finds the rooms' jobs itself; web processes need not.
SILENCED_SYSTEM_CHECKS = [
    "account.W001",
    "templates.W003",  # `{% load i18n %}` means ours on purpose: the same tags, which keep what they have worded.
]
