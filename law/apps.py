from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "law"

    def ready(self) -> None:
        from law import invariants, rulesets  # noqa: F401

        rulesets.library()  # a data file that contradicts itself stops the start, not a case
