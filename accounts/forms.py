"""What people type about themselves, their organisation and their colleagues."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.models import User
from records.exceptions import DomainError


class CheckedField(forms.CharField):
    """A text that one of our rules reads; what the rule refuses is said at the field."""

    def __init__(self, check: Callable[[str], str], **kwargs: Any) -> None:
        self.check = check
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the text as the rule writes it."""
        text = super().clean(value)
        try:
            return self.check(text)
        except DomainError as error:
            raise ValidationError(str(error.message)) from error


def full_name_field() -> CheckedField:
    return CheckedField(
        rules.person_name,
        label=_("Full name"),
        help_text=_("Family name first, as on your identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your full name.")},
    )


def tax_code_field() -> CheckedField:
    return CheckedField(
        rules.tax_code,
        label=_("Tax code"),
        help_text=_("10 digits, or 13 digits for a branch. For example, 0100233488."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter the tax code of the organisation.")},
    )


def organisation_name_field() -> CheckedField:
    return CheckedField(
        rules.organisation_name,
        label=_("Name of the organisation"),
        help_text=_("As on its registration certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={
            "required": _("Enter the name of the organisation as on its registration certificate.")
        },
    )


class NameForm(forms.Form):
    """What the sign-up page asks besides e-mail and password."""

    full_name = full_name_field()
    field_order = ("full_name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Complete the account that allauth has just made."""
        user.full_name = self.cleaned_data["full_name"]
        user.save(update_fields=["full_name", "sort_key"])


class ProfileForm(forms.Form):
    """A person's own name and language."""

    full_name = full_name_field()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("Pages and e-mails are in this language. Legal texts stay in Vietnamese."),
    )


class OrganisationForm(forms.Form):
    """A new investor organisation."""

    name = organisation_name_field()
    tax_code = tax_code_field()


class JoinForm(forms.Form):
    """The organisation that somebody asks to act for."""

    tax_code = tax_code_field()


class RenameForm(forms.Form):
    """A corrected name of an organisation."""

    name = organisation_name_field()


class DatesForm(forms.Form):
    """From when to when somebody serves."""

    valid_from = forms.DateField(label=_("First day"), error_messages={"required": _("Enter the first day.")})
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave empty if no end is known. For example, 31/12/2027."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Check that the days fit together."""
        cleaned = super().clean() or {}
        if "valid_from" in cleaned and "valid_to" in cleaned:
            try:
                rules.check_dates(
                    valid_from=cleaned["valid_from"], valid_to=cleaned["valid_to"], today=self.today
                )
            except DomainError as error:
                self.add_error(str(error.details["field"]), str(error.message))
        return cleaned


class InviteForm(DatesForm):
    """An offer to serve, by e-mail."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The invitation goes to this address. Its owner chooses the password."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter an e-mail address.")},
    )
    role = forms.ChoiceField(
        label=_("Role"), widget=forms.RadioSelect, error_messages={"required": _("Choose a role.")}
    )
    field_order = ("email", "role", "valid_from", "valid_to")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["role"])
        field.choices = [(role.value, role.label) for role in rules.roles_of(kind)]

    def clean_email(self) -> str:
        """Return the address in small letters, as accounts are known."""
        return str(self.cleaned_data["email"]).lower()


class RegisterForm(forms.Form):
    """What somebody without an account fills in to accept an invitation."""

    full_name = full_name_field()
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password (again)"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = password_validators_help_text_html()

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules, and that it was typed the same twice."""
        cleaned = super().clean() or {}
        password = cleaned.get("password1")
        if password:
            self._check_password(password)
            if cleaned.get("password2") and cleaned["password2"] != password:
                self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        return cleaned

    def _check_password(self, password: str) -> None:
        owner = User(email=self.email, full_name=self.cleaned_data.get("full_name", ""))
        try:
            validate_password(password, owner)
        except ValidationError as error:
            self.add_error("password1", error)
