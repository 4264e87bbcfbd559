"""What the passing of days asks for, by the beat. Safe to run twice, and to miss."""

from celery import shared_task

from records import clock
from workflows import services


@shared_task(name="workflows.tick")
def tick() -> None:
    """Let the days up to now have their effect."""
    services.let_days_pass(at=clock.now())
