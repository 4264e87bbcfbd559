"""A newcomer's profile: SQLite, mail to files, made-up cases, a clock that can be moved ahead."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, VAR_DIR

# Public on purpose: this profile answers on the own machine only, and its accounts are printed.
SECRET_KEY = "demo-only-demo-only-demo-only-demo-only-demo-only-demo"  # noqa: S105
INSTALLED_APPS = ["demo", *INSTALLED_APPS]
# Whatever the environment says: the password of these accounts is printed.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CLOCK = "demo.clock.moved_time"
CELERY_BEAT_SCHEDULE = {"tick": {"task": "workflows.tick", "schedule": 5}}
# A newcomer's clone has no such folder yet, and SQLite makes none.
VAR_DIR.mkdir(parents=True, exist_ok=True)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
