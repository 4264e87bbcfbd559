"""What the workflow lets rooms above hear, inside the transaction of the act."""

from django.dispatch import Signal

# Arguments: old, the step of a dissolved agency that has just closed; new, the one at its successor that
# stands for it. Whoever points at the old step as at open work points at the new one from here on.
step_passed_on = Signal()

# Argument: at, the moment up to which days have passed; sent by each run of the beat, outside of any
# transaction. Whoever knows what the passing of a step's day means does it in acts of its own.
days_passed = Signal()
