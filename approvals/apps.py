from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import invariants, messages  # noqa: F401
        from approvals.procedures.establishment import flows  # noqa: F401
