"""What only the demo knows: by how much its clock was moved ahead."""

from datetime import timedelta

from django.db import models


class DemoClock(models.Model):
    """The one row that web, worker and beat read: how far the demo's time runs ahead."""

    ahead = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="demo_clock_one")]
