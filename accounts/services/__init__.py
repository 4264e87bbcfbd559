"""What people can do to organisations, memberships and invitations. Every act leaves a `MembershipChange`."""

from accounts.services.agencies import (
    create_first_administrator,
    record_agencies,
    record_successions,
)
from accounts.services.invitations import (
    accept_invitation,
    invite,
    invite_again,
    register_invited,
    withdraw_invitation,
)
from accounts.services.members import change_dates, deactivate
from accounts.services.organisations import (
    accept_join_request,
    ask_to_join,
    create_organisation,
    refuse_join_request,
    rename_organisation,
)
from accounts.services.people import change_profile, open_account

__all__ = [
    "accept_invitation",
    "accept_join_request",
    "ask_to_join",
    "change_dates",
    "change_profile",
    "create_first_administrator",
    "create_organisation",
    "deactivate",
    "invite",
    "invite_again",
    "open_account",
    "record_agencies",
    "record_successions",
    "refuse_join_request",
    "register_invited",
    "rename_organisation",
    "withdraw_invitation",
]
