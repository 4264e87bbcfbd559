from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import invariants, messages, receivers  # noqa: F401
        from approvals.procedures.establishment import flows  # noqa: F401
        from workflows.signals import days_passed, step_passed_on

        step_passed_on.connect(receivers.follow_step, dispatch_uid="approvals.follow_step")
        days_passed.connect(receivers.take_silence, dispatch_uid="approvals.take_silence")
