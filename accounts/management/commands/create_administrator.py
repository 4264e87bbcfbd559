"""Open the first account of an installation; everybody else is invited."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import mail, services, tokens
from accounts.models import Agency, User
from accounts.states import AgencyKind
from records import clock
from records.exceptions import DomainError

KINDS = (AgencyKind.CITY_COMMITTEE, AgencyKind.INDUSTRY_TRADE)


class Command(BaseCommand):
    help = "Create the first administrator. Asks for a password, or prints a link to set one (--link)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="full name, family name first")
        parser.add_argument("--agency-kind", required=True, choices=[kind.value for kind in KINDS])
        parser.add_argument("--link", action="store_true", help="print a link to set the password, once")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        agency = self._agency(options["agency_kind"])
        self._check_email(options["email"])
        password = None if options["link"] or not sys.stdin.isatty() else self._ask_password()
        try:
            user = services.create_first_administrator(
                email=options["email"],
                full_name=options["name"],
                password=password,
                agency=agency,
                by=User.objects.system(),
                at=at,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.full_name} <{user.email}> administers {agency.name}.")
        if password is None:
            self.stdout.write(f"To set the password, once: {mail.absolute(tokens.password_path(user))}")

    def _agency(self, kind: str) -> Agency:
        found = Agency.objects.serving(clock.local_day(clock.now())).filter(kind=kind)
        if len(found) != 1:
            raise CommandError(
                f"{len(found)} agencies of kind {kind} exist, one is needed. Run create_agencies first."
            )
        return found[0]

    def _check_email(self, email: str) -> None:
        try:
            validate_email(email.strip())
        except ValidationError as error:
            raise CommandError(f"--email {email!r}: this is no e-mail address.") from error

    def _ask_password(self) -> str:
        password = getpass("Password: ")
        if password != getpass("Password (again): "):
            raise CommandError("The two passwords differ.")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
