"""Investor organisations: registered by a person, joined by others."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import mail, policies, rules, selectors
from accounts.exceptions import (
    ActionDenied,
    AlreadyAnswered,
    AlreadyAsked,
    AlreadyMember,
    ServesOtherSide,
    TaxCodeTaken,
    TaxCodeUnknown,
)
from accounts.models import Agency, JoinRequest, Membership, User
from accounts.services import changes
from accounts.states import AgencyKind, ChangeAct, JoinOutcome, Role
from records.clock import local_day


@transaction.atomic
def create_organisation(*, name: str, tax_code: str, by: User, at: datetime) -> Agency:
    """Register an investor organisation; `by` becomes its applicant and administrator.

    Raises:
        ServesOtherSide: `by` serves in an office.
        NameInvalid, TaxCodeInvalid: not written as a name or tax code is.
        TaxCodeTaken: the organisation is registered already.
    """
    _check_may_join(by, at=at)
    organisation = Agency(
        kind=AgencyKind.INVESTOR, name=rules.organisation_name(name), tax_code=rules.tax_code(tax_code)
    )
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        raise TaxCodeTaken from error
    for role in (Role.APPLICANT, Role.ADMINISTRATOR):
        changes.seat(by, organisation, role, at=at)
    changes.record(
        ChangeAct.ORGANISATION_CREATED,
        agency=organisation,
        user=by,
        by=by,
        at=at,
        organisation=organisation.name,
        tax_code=organisation.tax_code,
    )
    return organisation


@transaction.atomic
def ask_to_join(*, tax_code: str, by: User, at: datetime) -> JoinRequest:
    """Ask the administrator of the organisation with `tax_code` to let `by` act for it.

    Raises:
        ServesOtherSide: `by` serves in an office.
        TaxCodeInvalid, TaxCodeUnknown: no such tax code, or none that is registered.
        AlreadyMember, AlreadyAsked: nothing to ask, or asked before.
    """
    _check_may_join(by, at=at)
    organisation = Agency.objects.organisations().filter(tax_code=rules.tax_code(tax_code)).first()
    if organisation is None:
        raise TaxCodeUnknown
    organisation = changes.lock(organisation.pk)
    if Membership.objects.open(local_day(at)).filter(agency=organisation, user=by).exists():
        raise AlreadyMember
    if JoinRequest.objects.filter(agency=organisation, user=by, answered_at=None).exists():
        raise AlreadyAsked
    request = JoinRequest.objects.create(agency=organisation, user=by, asked_at=at)
    changes.record(ChangeAct.JOIN_ASKED, agency=organisation, user=by, by=by, at=at)
    mail.ask_administrators(request, selectors.administrators(organisation, on=local_day(at)), at=at)
    return request


@transaction.atomic
def accept_join_request(*, request_id: int, by: User, at: datetime) -> JoinRequest:
    """Let the person act for the organisation, as applicant.

    Raises:
        ActionDenied: `by` is no administrator of the organisation.
        AlreadyAnswered: somebody answered before.
        ServesOtherSide: the person has come to serve in an office meanwhile.
    """
    request = _open_request(request_id, by=by, at=at)
    _check_may_join(request.user, at=at)
    if not _is_applicant(request, at=at):
        changes.seat(request.user, request.agency, Role.APPLICANT, at=at)
    return _answer(request, JoinOutcome.ACCEPTED, ChangeAct.JOIN_ACCEPTED, by=by, at=at)


@transaction.atomic
def refuse_join_request(*, request_id: int, by: User, at: datetime) -> JoinRequest:
    """Refuse the request; the person is told and may ask again.

    Raises:
        ActionDenied: `by` is no administrator of the organisation.
        AlreadyAnswered: somebody answered before.
    """
    request = _open_request(request_id, by=by, at=at)
    return _answer(request, JoinOutcome.REFUSED, ChangeAct.JOIN_REFUSED, by=by, at=at)


@transaction.atomic
def rename_organisation(*, agency_id: int, name: str, by: User, at: datetime) -> Agency:
    """Correct an organisation's name; the old one stays in the record.

    Raises:
        ActionDenied: `by` is no administrator there, or it is an office.
        NameInvalid: `name` is no name.
    """
    agency = changes.lock(agency_id)
    if not policies.may_rename(selectors.standing(by, on=local_day(at)), agency.pk, agency.kind):
        raise ActionDenied
    before, agency.name = agency.name, rules.organisation_name(name)
    if agency.name != before:
        agency.save(update_fields=["name", "folded"])
        changes.record(
            ChangeAct.RENAMED, agency=agency, user=None, by=by, at=at, before=before, after=agency.name
        )
    return agency


def _check_may_join(user: User, *, at: datetime) -> None:
    if not policies.may_join_organisation(selectors.standing(user, on=local_day(at))):
        raise ServesOtherSide


def _open_request(request_id: int, *, by: User, at: datetime) -> JoinRequest:
    request = JoinRequest.objects.select_related("user").get(pk=request_id)
    request.agency = changes.lock(request.agency_id)
    changes.check_administers(request.agency, by=by, at=at)
    request.refresh_from_db(fields=["answered_at"])
    if request.answered_at is not None:
        raise AlreadyAnswered
    return request


def _is_applicant(request: JoinRequest, *, at: datetime) -> bool:
    seats = Membership.objects.open(local_day(at)).filter(agency=request.agency, user=request.user)
    return seats.filter(role=Role.APPLICANT).exists()


def _answer(
    request: JoinRequest, outcome: JoinOutcome, act: ChangeAct, *, by: User, at: datetime
) -> JoinRequest:
    request.answered_at, request.answered_by, request.outcome = at, by, outcome
    request.save(update_fields=["answered_at", "answered_by", "outcome"])
    changes.record(act, agency=request.agency, user=request.user, by=by, at=at)
    mail.tell_answer(request, at=at)
    return request
