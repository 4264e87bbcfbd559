"""What apps above may want to hear of people."""

from django.dispatch import Signal

# Sent in the transaction in which somebody stops serving in an agency before their time, so that
# the work they hold can be handed back. Arguments: user, agency, by, at.
membership_ended = Signal()
