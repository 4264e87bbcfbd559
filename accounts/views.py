"""Pages about oneself, one's organisation, and the people of an agency that one administers."""

from collections.abc import Callable
from typing import TypeVar, cast

from allauth.decorators import rate_limit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import policies, selectors, services, tokens
from accounts.exceptions import (
    AlreadyAsked,
    AlreadyInvited,
    AlreadyMember,
    InvitationOver,
    NotInvitable,
    TaxCodeTaken,
    TaxCodeUnknown,
)
from accounts.forms import (
    DatesForm,
    InviteForm,
    JoinForm,
    OrganisationForm,
    ProfileForm,
    RegisterForm,
    RenameForm,
)
from accounts.models import Agency, Invitation, JoinRequest, Membership
from accounts.requests import PersonRequest, read_number
from accounts.states import Role
from records.exceptions import DomainError

YEAR_SECONDS = 365 * 24 * 3600
PAGE = 50
_FIELD_OF = {
    AlreadyAsked: "tax_code",
    TaxCodeTaken: "tax_code",
    TaxCodeUnknown: "tax_code",
    AlreadyInvited: "email",
    AlreadyMember: "email",
    NotInvitable: "email",
}

Page = TypeVar("Page", bound=Callable[..., HttpResponse])


def limited(action: str) -> Callable[[Page], Page]:
    """Answer 429 to more posts than ACCOUNT_RATE_LIMITS names for `action`."""
    return cast(Callable[[Page], Page], rate_limit(action=action))


form_page = require_http_methods(["GET", "HEAD", "POST"])


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, or None where the page is only opened: an empty form is still a form."""
    return request.POST if request.method == "POST" else None


def _refuse(form: forms.Form, error: DomainError) -> None:
    """Say the refusal at the field it speaks of, else above the form."""
    field = str(error.details.get("field") or _FIELD_OF.get(type(error), ""))
    form.add_error(field if field in form.fields else None, str(error.message))


def _show(request: HttpRequest, template: str, form: forms.Form, **context: object) -> HttpResponse:
    """Render a form page; 422 where the form was refused."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form} | context, status=status)


def _administered(request: PersonRequest, agency_id: int) -> Agency:
    """Return the agency if the person administers it; otherwise it looks as if it did not exist."""
    return get_object_or_404(selectors.administered(request.standing), pk=agency_id)


# --- oneself --------------------------------------------------------------------------------------
@login_required
@form_page
def profile(request: PersonRequest) -> HttpResponse:
    """Change one's own name and language."""
    person = request.user
    form = ProfileForm(_sent(request), initial={"full_name": person.full_name, "language": person.language})
    if not form.is_valid():
        seats = Membership.objects.active(request.today).filter(user=person).select_related("agency")
        return _show(request, "accounts/person_profile.html", form, seats=seats)
    services.change_profile(**form.cleaned_data, by=person)
    messages.success(request, _("Your profile was saved."))
    response = redirect("accounts:profile")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        form.cleaned_data["language"],
        max_age=YEAR_SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


# --- one's organisation ---------------------------------------------------------------------------
@login_required
@require_safe
def organisation(request: PersonRequest) -> HttpResponse:
    """Show for whom the person acts, and the two ways in: register an organisation, or join one."""
    seats = Membership.objects.active(request.today).filter(user=request.user).select_related("agency")
    asked = JoinRequest.objects.filter(user=request.user, answered_at=None).select_related("agency")
    context = {
        "seats": seats,
        "asked": asked,
        "may_join": policies.may_join_organisation(request.standing),
        "administered": request.standing.agencies(Role.ADMINISTRATOR),
    }
    return render(request, "accounts/organisation_start.html", context)


@login_required
@form_page
@limited("organisation")
def organisation_create(request: PersonRequest) -> HttpResponse:
    """Register an organisation by name and tax code."""
    form = OrganisationForm(_sent(request))
    if form.is_valid():
        try:
            agency = services.create_organisation(**form.cleaned_data, by=request.user, at=request.now)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("%(name)s is registered. You act for it.") % {"name": agency.name})
            return redirect("accounts:organisation")
    return _show(request, "accounts/organisation_create.html", form)


@login_required
@form_page
@limited("organisation")
def organisation_join(request: PersonRequest) -> HttpResponse:
    """Ask the administrator of an organisation to act for it."""
    form = JoinForm(_sent(request))
    if form.is_valid():
        try:
            services.ask_to_join(**form.cleaned_data, by=request.user, at=request.now)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(
                request, _("The administrator of the organisation has been asked. You will get a mail.")
            )
            return redirect("accounts:organisation")
    return _show(request, "accounts/organisation_join.html", form)


@login_required
@require_POST
def join_request_answer(request: PersonRequest, request_id: int) -> HttpResponse:
    """Accept or refuse somebody who asks to act for the organisation."""
    agencies = selectors.administered(request.standing)
    asked = get_object_or_404(JoinRequest, pk=request_id, agency__in=agencies)
    answers = {"accept": services.accept_join_request, "refuse": services.refuse_join_request}
    answer = answers.get(request.POST.get("answer", ""))
    if answer is None:
        raise Http404
    answer(request_id=asked.pk, by=request.user, at=request.now)
    messages.success(request, _("Your answer was sent to %(name)s.") % {"name": asked.user.full_name})
    return redirect("accounts:members", asked.agency_id)


@login_required
@form_page
def rename(request: PersonRequest, agency_id: int) -> HttpResponse:
    """Correct the name of an organisation."""
    agency = _administered(request, agency_id)
    if not policies.may_rename(request.standing, agency.pk, agency.kind):
        raise Http404
    form = RenameForm(_sent(request), initial={"name": agency.name})
    if form.is_valid():
        services.rename_organisation(
            agency_id=agency.pk, **form.cleaned_data, by=request.user, at=request.now
        )
        messages.success(request, _("The name was corrected."))
        return redirect("accounts:members", agency.pk)
    return _show(request, "accounts/agency_rename.html", form, agency=agency)


# --- the people of an agency ----------------------------------------------------------------------
@login_required
@require_safe
def agencies(request: PersonRequest) -> HttpResponse:
    """List the agencies that the person administers; with one, go there."""
    found = list(selectors.administered(request.standing))
    if len(found) == 1:
        return redirect("accounts:members", found[0].pk)
    if not found:
        raise Http404
    return render(request, "accounts/agency_list.html", {"agencies": found})


@login_required
@require_safe
def members(request: PersonRequest, agency_id: int) -> HttpResponse:
    """Show who serves in the agency, who is invited and who asks, and the last changes."""
    agency = _administered(request, agency_id)
    after = _after(request, agency)
    seats = selectors.seats(agency, on=request.today, after=after, limit=PAGE + 1)
    context = {
        "agency": agency,
        "seats": seats[:PAGE],
        "older": f"?after={seats[PAGE - 1].pk}" if len(seats) > PAGE else "",
        "newer": request.path if after else "",
        "join_requests": selectors.open_join_requests(agency),
        "invitations": [
            (offer, selectors.is_acceptable(offer, at=request.now))
            for offer in selectors.open_invitations(agency)
        ],
        "changes": selectors.recent_changes(agency),
        "may_rename": policies.may_rename(request.standing, agency.pk, agency.kind),
    }
    return render(request, "accounts/agency_members.html", context)


def _after(request: PersonRequest, agency: Agency) -> Membership | None:
    number = read_number(request.GET.get("after", ""))
    if number is None:
        return None
    return Membership.objects.filter(agency=agency, pk=number).select_related("user").first()


@login_required
@form_page
@limited("invite")
def invite(request: PersonRequest, agency_id: int) -> HttpResponse:
    """Invite somebody by e-mail to serve in the agency."""
    agency = _administered(request, agency_id)
    form = InviteForm(
        _sent(request), kind=agency.kind, today=request.today, initial={"valid_from": request.today}
    )
    if form.is_valid():
        try:
            services.invite(agency_id=agency.pk, **form.cleaned_data, by=request.user, at=request.now)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(
                request, _("The invitation was sent to %(email)s.") % {"email": form.cleaned_data["email"]}
            )
            return redirect("accounts:members", agency.pk)
    return _show(request, "accounts/agency_invite.html", form, agency=agency)


def _invitation_of_mine(request: PersonRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(
        Invitation, pk=invitation_id, agency__in=selectors.administered(request.standing)
    )


@login_required
@require_POST
@limited("invite")
def invitation_again(request: PersonRequest, invitation_id: int) -> HttpResponse:
    """Send a new link in the place of the old one."""
    old = _invitation_of_mine(request, invitation_id)
    services.invite_again(invitation_id=old.pk, by=request.user, at=request.now)
    messages.success(
        request,
        _("A new invitation was sent to %(email)s. The old link stopped working.") % {"email": old.email},
    )
    return redirect("accounts:members", old.agency_id)


@login_required
@require_POST
def invitation_withdraw(request: PersonRequest, invitation_id: int) -> HttpResponse:
    """Take an offer back."""
    old = _invitation_of_mine(request, invitation_id)
    services.withdraw_invitation(invitation_id=old.pk, by=request.user, at=request.now)
    messages.success(request, _("The invitation of %(email)s was withdrawn.") % {"email": old.email})
    return redirect("accounts:members", old.agency_id)


@login_required
@form_page
def membership_dates(request: PersonRequest, membership_id: int) -> HttpResponse:
    """Change from when to when somebody serves."""
    own = Membership.objects.filter(agency__in=selectors.administered(request.standing))
    seat = get_object_or_404(own.open(request.today).select_related("user", "agency"), pk=membership_id)
    form = DatesForm(
        _sent(request),
        today=request.today,
        initial={"valid_from": seat.valid_from, "valid_to": seat.valid_to},
    )
    if form.is_valid():
        try:
            services.change_dates(membership_id=seat.pk, **form.cleaned_data, by=request.user, at=request.now)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(
                request, _("The dates of %(name)s were changed.") % {"name": seat.user.full_name}
            )
            return redirect("accounts:members", seat.agency_id)
    return _show(request, "accounts/membership_dates.html", form, seat=seat)


@login_required
@form_page
def deactivate(request: PersonRequest, agency_id: int, user_id: int) -> HttpResponse:
    """Ask once more, then end whatever the person is in the agency."""
    agency = _administered(request, agency_id)
    seats = list(
        Membership.objects.open(request.today).filter(agency=agency, user_id=user_id).select_related("user")
    )
    if not seats:
        raise Http404
    person = seats[0].user
    if request.method == "POST":
        services.deactivate(agency_id=agency.pk, user_id=person.pk, by=request.user, at=request.now)
        messages.success(
            request, _("%(name)s serves here no more, from this moment on.") % {"name": person.full_name}
        )
        # Whoever ended their own seat sees the list no more.
        return redirect("home" if person == request.user else "accounts:agencies")
    return render(
        request, "accounts/member_deactivate.html", {"agency": agency, "person": person, "seats": seats}
    )


# --- accepting an invitation ----------------------------------------------------------------------
@never_cache
@sensitive_post_parameters("password1", "password2")
@form_page
@limited("accept_invitation")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: signed in, or by opening the account of the invited address."""
    offer = get_object_or_404(Invitation.objects.select_related("agency"), pk=tokens.read_invitation(token))
    now = cast(PersonRequest, request).now
    if not selectors.is_acceptable(offer, at=now):
        raise InvitationOver
    if selectors.has_account(offer.email):
        return _accept_signed_in(request, offer)
    return _accept_registering(request, offer)


def _accept_signed_in(request: HttpRequest, offer: Invitation) -> HttpResponse:
    is_owner = request.user.is_authenticated and request.user.email == offer.email
    if request.method == "POST" and is_owner:
        person = cast(PersonRequest, request)
        services.accept_invitation(invitation_id=offer.pk, by=person.user, at=person.now)
        messages.success(request, _("You accepted the invitation to %(agency)s.") % {"agency": offer.agency})
        return redirect("home")
    context = {"offer": offer, "is_owner": is_owner}
    return render(
        request, "accounts/invitation_accept.html", context, status=403 if request.method == "POST" else 200
    )


def _accept_registering(request: HttpRequest, offer: Invitation) -> HttpResponse:
    form = RegisterForm(_sent(request), email=offer.email)
    if not form.is_valid():
        return _show(request, "accounts/invitation_register.html", form, offer=offer)
    services.register_invited(
        invitation_id=offer.pk,
        full_name=form.cleaned_data["full_name"],
        password=form.cleaned_data["password1"],
        at=cast(PersonRequest, request).now,
    )
    messages.success(request, _("Your account is ready. Sign in with %(email)s.") % {"email": offer.email})
    return redirect("account_login")
