"""The Celery application: a wake-up service for the outbox, and the beat."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
app = Celery("khoicong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
