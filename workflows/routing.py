"""Which agency a step belongs to: by kind, and by territory."""

from datetime import date

from accounts.models import Agency
from accounts.states import AgencyKind
from workflows.exceptions import NoAgency
from workflows.models import Case


def agency_for(actor: AgencyKind | None, case: Case, *, on: date) -> int:
    """Return the id of the agency that acts as `actor` on `case` on the day `on`.

    None is the applicant; the commune is the local People's Committee that received the first request,
    a district's until 30/06/2025, or who took over from it; any other kind is the one serving agency of
    the city.

    Raises:
        NoAgency: nobody of that kind serves on that day.
    """
    if actor is None:
        found = case.applicant_id
    elif actor == AgencyKind.COMMUNE:
        found = case.commune_id
    else:
        found = Agency.objects.serving(on).filter(kind=actor).values_list("pk", flat=True).first()
    if found is None:
        raise NoAgency
    return found
