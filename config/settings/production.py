"""A city's profile: nothing has a default that could be wrong on a public address."""

from config.env import as_bool, as_list, env, required
from config.settings.base import *  # noqa: F403

SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = as_list(required("ALLOWED_HOSTS"))
SITE_URL = required("SITE_URL")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env("EMAIL_HOST", "localhost", str)
EMAIL_PORT = env("EMAIL_PORT", 25, int)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "", str)
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "", str)
EMAIL_USE_TLS = env("EMAIL_USE_TLS", False, as_bool)
EMAIL_TIMEOUT = 20

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# How many proxies stand in front; the visitor's own address is what the outermost of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env("TRUSTED_PROXY_COUNT", 1, int)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
