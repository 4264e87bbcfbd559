"""Who may read, and who may record, what the city has set. Facts in, yes or no out."""

from accounts.selectors import Standing
from accounts.states import AgencyKind, Role


def may_see_settings(who: Standing) -> bool:
    """Leaders and administrators of the Department of Industry and Trade see what the city has set."""
    return may_set_locally(who) or who.leads(AgencyKind.INDUSTRY_TRADE)


def may_set_locally(who: Standing) -> bool:
    """The administrator of the Department enters what the city has decided, as also the register's cases."""
    return who.serves(Role.ADMINISTRATOR, AgencyKind.INDUSTRY_TRADE)
