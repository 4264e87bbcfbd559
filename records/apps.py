from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import invariants, triggers  # noqa: F401

        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="records.triggers")
