"""A newcomer's profile: SQLite, mail to files, made-up cases, a clock that can be moved ahead."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, VAR_DIR

# Public on purpose: this profile answers on the own machine only, and its accounts are printed.
SECRET_KEY = "demo-only-demo-only-demo-only-demo-only-demo-only-demo"  # noqa: S105
INSTALLED_APPS = ["demo", *INSTALLED_APPS]
CLOCK = "demo.clock.moved_time"
CELERY_BEAT_SCHEDULE = {"tick": {"task": "workflows.tick", "schedule": 5}}
# A newcomer's clone has no such folder yet, and SQLite makes none.
VAR_DIR.mkdir(parents=True, exist_ok=True)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
