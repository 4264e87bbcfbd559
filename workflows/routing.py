"""Which agency a step belongs to: by kind, and by territory."""

from datetime import date

from accounts.models import Agency
from accounts.states import AgencyKind
from workflows import successors
from workflows.exceptions import NoAgency
from workflows.models import Case


def agency_for(actor: AgencyKind | None, case: Case, *, on: date) -> int:
    """Return the id of the agency that acts as `actor` on `case` on the day `on`.

    None is the applicant; the commune is the local People's Committee that received the first request,
    a district's until 30/06/2025, or who took over from it, whatever the case's rule set calls it; any other
    kind is the one serving agency of the city.

    Raises:
        NoAgency: nobody of that kind serves on that day.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2): what lay at a district is the commune's (T-2).
    """
    if actor is None:
        found = case.applicant_id
    elif actor == AgencyKind.COMMUNE:
        found = _local(case, on=on)
    else:
        found = Agency.objects.serving(on).filter(kind=actor).values_list("pk", flat=True).first()
    if found is None:
        raise NoAgency
    return found


def _local(case: Case, *, on: date) -> int | None:
    commune = case.commune
    if commune is None or not commune.has_ended(on):
        return case.commune_id
    # Where nobody knows who took over, the step lies at the old office until an officer says.
    heir = successors.heirs(on=on).of(commune.pk, cluster_id=case.cluster_id)
    return heir.agency_id if heir else commune.pk
