"""The Celery application: a wake-up service for the outbox, and the beat."""

import os

from celery import Celery

from config import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
file_broker.install()
app = Celery("khoicong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
