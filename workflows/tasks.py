"""What the passing of days asks for, by the beat. Safe to run twice, and to miss."""

from celery import shared_task

from records import clock
from workflows import services


@shared_task(name="workflows.tick")
def tick() -> None:
    """Close the windows whose last day has passed, free what leavers hold, queue the reminders owed."""
    services.close_windows(at=clock.now())
    services.hand_back_expired(at=clock.now())
    services.remind(at=clock.now())
