from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        from workflows import invariants, messages, triggers  # noqa: F401

        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="workflows.triggers")
