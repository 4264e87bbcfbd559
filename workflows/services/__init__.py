"""The verbs of the workflow: how a step is done and a case moved, in one transaction each."""

from workflows.services.acts import (
    Act,
    act_on_case,
    act_on_step,
    cancel_open_steps,
    check_open,
    fix_milestones,
    open_case,
    pin_rule_set,
    planned_day,
    record_stay,
    start_process,
)
from workflows.services.adopting import adopt, adopt_all
from workflows.services.assigning import assign, claim, hand_back, hand_back_expired
from workflows.services.days import close_window, close_windows, let_days_pass, remind
from workflows.services.law_of_case import ask_rule_sets, choose_rule_set, move_to_rule_set
from workflows.services.limits import extend_clock, follow_calendar, move_deadlines
from workflows.services.succession import check_not_chosen, choose_successor, pass_case_on, pass_on

__all__ = [
    "Act",
    "act_on_case",
    "act_on_step",
    "adopt",
    "adopt_all",
    "ask_rule_sets",
    "assign",
    "cancel_open_steps",
    "check_not_chosen",
    "check_open",
    "choose_rule_set",
    "choose_successor",
    "claim",
    "close_window",
    "close_windows",
    "extend_clock",
    "fix_milestones",
    "follow_calendar",
    "hand_back",
    "hand_back_expired",
    "let_days_pass",
    "move_deadlines",
    "move_to_rule_set",
    "open_case",
    "pass_case_on",
    "pass_on",
    "pin_rule_set",
    "planned_day",
    "record_stay",
    "remind",
    "start_process",
]
