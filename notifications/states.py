"""The ways by which a message reaches people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """`ANNOUNCE` fans out to people: a notice in the app, and an `EMAIL` row for each of them."""

    ANNOUNCE = "announce", _("In the app and by e-mail")
    APP = "app", _("In the app only")
    EMAIL = "email", _("E-mail to one person")
