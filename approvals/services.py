"""The verbs of a draft: begin, write, add and remove papers. Nothing here is a legal act yet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, transaction

from accounts.models import Agency, User
from accounts.selectors import standing
from accounts.states import Role
from approvals.exceptions import NotADraft, StaleForm
from approvals.models import Document, Dossier
from approvals.states import DossierState
from approvals.uploads import CheckedUpload
from records.clock import local_day
from workflows.exceptions import NotYours
from workflows.states import CaseKind


def begin(
    *,
    applicant: Agency,
    by: User,
    at: datetime,
    kind: CaseKind = CaseKind.NEW,
    answers: Mapping[str, str] | None = None,
) -> Dossier:
    """Begin a draft for the organisation `applicant`; `answers` stand in it already, where there are any.

    Raises:
        NotYours: `by` does not act for that organisation.
    """
    if not standing(by, on=local_day(at)).has(Role.APPLICANT, applicant.pk):
        raise NotYours
    return Dossier.objects.create(
        kind=kind,
        applicant=applicant,
        created_by=by,
        created_at=at,
        edited_at=at,
        answers=dict(answers or {}),
    )


@transaction.atomic
def save_section(
    *, dossier_id: int, section: str, answers: Mapping[str, str], version: int, by: User, at: datetime
) -> Dossier:
    """Keep what was typed in `section`, valid or not, on top of `version`.

    Raises:
        StaleForm: somebody saved this section after the form was opened.
        NotADraft: the dossier was filed.
    """
    dossier = _draft(dossier_id, by=by, at=at)
    if dossier.versions.get(section, 0) != version:
        raise StaleForm
    dossier.answers = {**dossier.answers, **answers}
    dossier.versions = {**dossier.versions, section: version + 1}
    dossier.edited_at = at
    dossier.save()
    return dossier


@transaction.atomic
def delete_draft(*, dossier_id: int, by: User, at: datetime) -> None:
    """Throw a draft away with its papers."""
    dossier = _draft(dossier_id, by=by, at=at)
    for document in dossier.documents.all():
        _remove(document)
    dossier.delete()


def attach(
    *, dossier_id: int, component: str, upload: CheckedUpload, content: File[bytes], by: User, at: datetime
) -> Document:
    """Add a checked upload to a draft, or to a dossier that awaits a supplement.

    Raises:
        NotADraft: the dossier was filed, and nothing is asked for.
        NotYours: `by` does not act for the applicant.
    """
    with written(upload, content) as name, transaction.atomic():
        dossier = _own(dossier_id, by=by, at=at)
        if dossier.state not in (DossierState.DRAFT, DossierState.AWAITING_SUPPLEMENT):
            raise NotADraft
        return enter(dossier=dossier, component=component, upload=upload, name=name, by=by, at=at)


@contextmanager
def written(upload: CheckedUpload, content: File[bytes]) -> Iterator[str]:
    """Write the whole file and yield its name in the storage; take it back where the body fails.

    Goes around the transaction that enters its row: so no row stands without its file, no file
    without its row, and nobody waits for a lock while a disk writes.
    """
    name = default_storage.save(f"documents/{upload.sha256[:2]}/{upload.sha256}.{upload.extension}", content)
    try:
        _settle(name)
        yield name
    except BaseException:
        if not _may_be_entered(name):
            default_storage.delete(name)
        raise


def _may_be_entered(name: str) -> bool:
    """Tell whether a row may name this file, though its act has failed.

    A database that goes away in the COMMIT has kept the act or not, and cannot say so. The file is
    kept until somebody knows: one that no row names costs its place, a row without its file a paper.
    """
    try:
        return Document.objects.filter(file=name).exists()
    except (DatabaseError, InterfaceError):
        return True


def _settle(name: str) -> None:
    """Wait until a file of this machine's disk would survive a power cut, as its row will."""
    with suppress(NotImplementedError):  # a storage elsewhere has no path, and settles by itself
        path = Path(default_storage.path(name))
        for part in (path, path.parent):
            handle = os.open(part, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def enter(
    *, dossier: Dossier, component: str, upload: CheckedUpload, name: str, by: User, at: datetime
) -> Document:
    """Enter the document whose file was `written` under `name`."""
    return Document.objects.create(
        dossier=dossier,
        component=component,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        file=name,
        uploaded_by=by,
        uploaded_at=at,
    )


@transaction.atomic
def detach(*, document_id: int, by: User, at: datetime) -> Dossier:
    """Remove a paper from a draft, or one that was brought for a supplement not yet answered.

    Raises:
        NotADraft: it was handed in; what was handed in stays.
    """
    dossier = _own(Document.objects.get(pk=document_id).dossier_id, by=by, at=at)
    # Read again under the lock: whoever was faster has removed it, and its name may be another's by now.
    document = dossier.documents.filter(pk=document_id).first()
    if document is None:
        return dossier
    since = handed_in_until(dossier)
    if since is not None and document.uploaded_at <= since:
        raise NotADraft
    _remove(document)
    return dossier


def handed_in_until(dossier: Dossier) -> datetime | None:
    """Return the moment up to which papers are handed in and stay; None for a draft, where none is."""
    if dossier.state == DossierState.DRAFT:
        return None
    if dossier.state == DossierState.AWAITING_SUPPLEMENT:
        return dossier.supplement_requests.latest("round").asked_at
    return datetime.max.replace(tzinfo=UTC)


def _remove(document: Document) -> None:
    name = str(document.file)
    document.delete()
    # After the commit: a rolled-back removal must find its file again.
    transaction.on_commit(lambda: default_storage.delete(name))


def _own(dossier_id: int, *, by: User, at: datetime) -> Dossier:
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    if not standing(by, on=local_day(at)).has(Role.APPLICANT, dossier.applicant_id):
        raise NotYours
    return dossier


def _draft(dossier_id: int, *, by: User, at: datetime) -> Dossier:
    dossier = _own(dossier_id, by=by, at=at)
    if dossier.state != DossierState.DRAFT:
        raise NotADraft
    return dossier
