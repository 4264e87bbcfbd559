"""Who: people, agencies with their territory, and who serves where, from when to when."""

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.names import fold, name_key
from accounts.states import AgencyKind, AreaLevel, ChangeAct, InvitationOutcome, JoinOutcome, Role

SYSTEM_EMAIL = "system@khoicong.invalid"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with `email`; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the first administrator of an installation."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def system(self) -> "User":
        """Return the named actor of all automatic acts; it has no password and cannot sign in."""
        found = self.filter(email=SYSTEM_EMAIL).first()
        return found or self.create_user(SYSTEM_EMAIL, full_name="Hệ thống", is_active=False)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or the system itself. A person who left is deactivated, never deleted."""

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    sort_key = models.CharField(max_length=1300, editable=False, db_index=True)
    language = models.CharField(_("language"), max_length=5, default="vi")
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_system(self) -> bool:
        """Tell whether this is the named actor of automatic acts."""
        return self.email == SYSTEM_EMAIL

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = name_key(self.full_name)
        super().save(*args, **kwargs)


class Area(models.Model):
    """A territory, under the name it had from `valid_from` to `valid_to` (both included)."""

    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=AreaLevel.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["level", "name", "valid_from"], name="area_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(models.QuerySet["Agency"]):
    def serving(self, on: date) -> Self:
        """Keep the agencies that exist on `on`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))

    def ended(self, on: date) -> Self:
        """Keep the agencies that no longer exist on `on`."""
        return self.filter(valid_to__lt=on)

    def offices(self) -> Self:
        """Keep public agencies; leave out investor organisations."""
        return self.exclude(kind=AgencyKind.INVESTOR)

    def organisations(self) -> Self:
        """Keep investor organisations; leave out public agencies."""
        return self.filter(kind=AgencyKind.INVESTOR)


class Agency(models.Model):
    """An office, or an investor organisation. Its kind is its competence, its area its territory."""

    kind = models.CharField(_("kind"), max_length=30, choices=AgencyKind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    folded = models.CharField(max_length=400, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True)
    tax_code = models.CharField(_("tax code"), max_length=14, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("agency")
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"], condition=~Q(tax_code=""), name="agency_tax_code_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="agency_valid_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(f"{self.name} {self.name_en}")
        super().save(*args, **kwargs)

    def has_ended(self, on: date) -> bool:
        """Tell whether the agency no longer exists on `on`."""
        return self.valid_to is not None and self.valid_to < on

    def exists_on(self, on: date) -> bool:
        """Tell whether the agency exists on `on`, as far as its days are known."""
        return not self.has_ended(on) and (self.valid_from is None or self.valid_from <= on)


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def by(self, on: date) -> Self:
        """Keep those that have happened by the day `on`."""
        return self.filter(on__lte=on)


class Succession(models.Model):
    """`successor` took over all that `predecessor` had, from the day `on`: the law or a decision says so.

    Only certain ones stand here. Where several could follow, as communes follow a district, an officer
    chooses for each cluster (`workflows.SuccessorChoice`).
    """

    predecessor = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="succession")
    successor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="successions")
    on = models.DateField()
    source = models.CharField(max_length=200)
    grade = models.CharField(max_length=20)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_by_another")
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor} ({self.on:%d/%m/%Y})"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, on: date) -> Self:
        """Keep those in force on `on`, of people who may sign in, in agencies that exist that day."""
        return self.open(on).filter(
            Q(agency__valid_from=None) | Q(agency__valid_from__lte=on),
            Q(agency__valid_to=None) | Q(agency__valid_to__gte=on),
            valid_from__lte=on,
        )

    def open(self, on: date) -> Self:
        """Keep those in force on `on` or later, of people who may sign in."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on),
            Q(ended_on=None) | Q(ended_on__gt=on),
            user__is_active=True,
        )


class Membership(models.Model):
    """`user` serves in `agency` as `role`, from `valid_from` to `valid_to` (both included).

    One that was taken away gives nothing from `ended_on` on, that day included; it is never deleted.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(valid_to=None, ended_on=None),
                name="membership_open_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_valid_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}, {self.agency}"

    def covers(self, on: date) -> bool:
        """Tell whether the person served on `on`, whatever has become of their account since."""
        ended = self.ended_on is not None and self.ended_on <= on
        return not ended and self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Invitation(models.Model):
    """An offer to serve in `agency`, made by e-mail. Its link works once, until `expires_at`."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=InvitationOutcome.choices, blank=True)

    class Meta:
        ordering = ["email", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "email", "role"], condition=Q(closed_at=None), name="invitation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="invitation_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="invitation_valid_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()}, {self.agency}"


class JoinRequest(models.Model):
    """`user` asks to act for the investor organisation `agency`; its administrator answers."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="join_requests")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="join_requests")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=JoinOutcome.choices, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "user"], condition=Q(answered_at=None), name="join_request_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, outcome="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="")),
                name="join_request_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.agency}"


class MembershipChangeQuerySet(models.QuerySet["MembershipChange"]):
    def update(self, **kwargs: Any) -> int:
        """Refuse: what happened is not edited."""
        raise TypeError("A membership change is only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what happened is not forgotten."""
        raise TypeError("A membership change is only ever added.")


class MembershipChange(models.Model):
    """One act on who serves in `agency`, or on the agency's name. Only ever added.

    `user` is whom the act is about, if it is about a person; `detail` holds the values of that day,
    so that a later change of the account changes no history.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="changes")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=30, choices=ChangeAct.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = MembershipChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["agency", "-at"], name="membership_change_agency")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} ({self.agency}, {self.at:%d/%m/%Y})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A membership change is only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A membership change is only ever added.")
