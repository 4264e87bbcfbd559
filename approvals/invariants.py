"""What must always hold between dossiers, papers and decisions."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage

from approvals.models import Decision, Document
from approvals.rules import OF_ANOTHER_KIND
from approvals.states import Recommendation
from clusters.states import Stage
from records.invariants import invariant
from workflows.models import Case
from workflows.states import CaseKind

_CHUNK = 1 << 20


@invariant("I1", "a decided case has its decision, and the decision says what the case became")
def decisions_match_stages() -> Iterator[str]:
    decided = {"stays__name": "decide", "stays__outcome__in": Recommendation.values}
    for case in Case.objects.filter(**decided, decisions=None).distinct():
        yield f"{case.code} is {case.state} without a decision"
    for decision in Decision.objects.select_related("case"):
        rejected = decision.case.state == Stage.REJECTED
        if rejected != (decision.outcome == Recommendation.REJECT):
            case = decision.case
            yield f"decision {decision}: says {decision.outcome}, {case.code} is {case.state}"
        kind = CaseKind(decision.case.kind)
        if decision.outcome == OF_ANOTHER_KIND[kind]:
            yield f"decision {decision}: says {decision.outcome}, {decision.case.code} is {kind}"


@invariant("I8", "every document's file is on the disk, byte for byte")
def files_match_rows() -> Iterator[str]:
    for document in Document.objects.order_by("pk").iterator():
        if not default_storage.exists(str(document.file)):
            yield f"document {document.pk}: {document.file.name} is missing"
        elif _sha256(document) != document.sha256:
            yield f"document {document.pk}: {document.file.name} was changed"


def _sha256(document: Document) -> str:
    digest = hashlib.sha256()
    with default_storage.open(str(document.file)) as stored:
        for chunk in stored.chunks(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
