from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        from accounts.signals import membership_ended
        from workflows import invariants, messages, receivers, triggers  # noqa: F401

        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="workflows.triggers")
        membership_ended.connect(receivers.hand_back_work, dispatch_uid="workflows.hand_back")
