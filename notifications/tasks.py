"""Background work of telling."""

from celery import shared_task

from notifications import delivery
from records import clock


@shared_task(name="notifications.deliver")
def deliver(*, outbox_id: int) -> None:
    """Tell what one outbox row owes; harmless for a row that is told already."""
    # The machine's time, not the one people see: back-off has nothing to do with the demo's clock.
    delivery.send(outbox_id=outbox_id, at=clock.database_time())
