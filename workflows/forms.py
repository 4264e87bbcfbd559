"""Who gets a step, who takes over from a dissolved agency, which rule set a case is under."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Membership, User
from law.rows import RuleSet
from workflows import successors
from workflows.models import Step


class AssignForm(forms.Form):
    """One of the people who serve in the step's role at its agency."""

    to = forms.ModelChoiceField(label=_("Give it to"), queryset=User.objects.none())

    def __init__(self, *args: Any, step: Step, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = Membership.objects.active(today).filter(agency=step.agency_id, role=step.role)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=serving.values("user_id"))


class SuccessorForm(forms.Form):
    """Which agency took over, and by which paper."""

    successor = forms.TypedChoiceField(
        label=_("Successor"),
        coerce=int,
        help_text=_("Ordered by place. Only agencies that exist today and can take over are listed."),
    )
    reason = forms.CharField(
        label=_("Paper or reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Number and date of the paper that says so. All offices with a part in the case can read it."
        ),
    )

    def __init__(self, *args: Any, predecessor: Agency, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ChoiceField)
        fit = successors.candidates(predecessor, on=today)
        field.choices = [("", "—"), *((str(agency.pk), _known_as(agency)) for agency in fit)]


class _PaperForm(forms.Form):
    """Why something is done about the time or the law of a case, and by which paper."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    paper_number = forms.CharField(label=_("Number of the paper"), max_length=100)
    paper_on = forms.DateField(label=_("Day of the paper"))


class ExtensionForm(_PaperForm):
    """By how much the limit is extended, why, and by which paper."""

    amount = forms.IntegerField(
        label=_("Extended by"), min_value=1, help_text=_("In the unit of the limit itself.")
    )
    field_order = ("amount",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The applicant reads it.")


class _RuleSetForm(_PaperForm):
    """Why a case is under the rule set that it is, and by which paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("All offices with a part in the case can read it.")


class RuleSetChoiceForm(_RuleSetForm):
    """Whether a case stays under its rule set; to move it needs the paper, and who may move cases."""

    chosen = forms.ChoiceField(label=_("Rule set of this case"), widget=forms.RadioSelect)
    field_order = ("chosen",)

    def __init__(
        self, *args: Any, before: str, after: str, may_move: bool, is_decided: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        stay = _("It was decided under %(code)s") if is_decided else _("It stays under %(code)s")
        move = _("It was decided under %(code)s") if is_decided else _("It moves to %(code)s")
        field.choices = [("stay", stay % {"code": before})]
        if not may_move:
            field.help_text = _("To move it to %(code)s is for a reviewer or leader.") % {"code": after}
            del self.fields["paper_number"], self.fields["paper_on"]
            return
        field.choices += [("move", move % {"code": after})]
        for name in ("paper_number", "paper_on"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Needed only for %(code)s.") % {"code": after}

    def told(self) -> dict[str, Any]:
        """Return the answer as `services.choose_rule_set` takes it; a paper says nothing where it stays."""
        answer = dict(self.cleaned_data)
        moves = answer.pop("chosen") == "move"
        return {"moves": moves, **(answer if moves else {"reason": answer["reason"]})}


class RuleSetMoveForm(_RuleSetForm):
    """To which rule set a case is moved, why, and by which paper."""

    rule_set = forms.ChoiceField(label=_("New rule set"))
    field_order = ("rule_set",)

    def __init__(self, *args: Any, rule_sets: Sequence[RuleSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule_set"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "—"),
            *((row.code, f"{row.code} – {row.instrument_shown}") for row in rule_sets),
        ]


def _known_as(agency: Agency) -> str:
    """Return the place first: in a list of communes all names begin alike."""
    known = successors.place(agency)
    return str(agency) if known == agency.name else f"{known} – {agency}"
