from django.urls import path, re_path

from approvals.procedures.development import forms, views

app_name = "development"


def _hand_in(name: str, place: str) -> object:
    return path(f"steps/<int:step_id>/{place}/", views.HandIn.as_view(name=name), name=name)


def _answer(name: str, place: str, form_class: type[forms.AnswerForm]) -> object:
    view = views.Answer.as_view(name=name, form_class=form_class)
    return path(f"steps/<int:step_id>/{place}/", view, name=name)


urlpatterns = [
    _hand_in("submit_plan", "plan"),
    _answer("approve_plan", "plan-approval", forms.PlanAnswerForm),
    _hand_in("request_licence", "licence-request"),
    _answer("issue_licence", "licence", forms.LicenceAnswerForm),
    _hand_in("clear_land", "clearance"),
    _answer("lease_land", "lease", forms.LeaseAnswerForm),
    _hand_in("request_permit", "permit-request"),
    _answer("issue_permit", "permit", forms.PermitAnswerForm),
    path("steps/<int:step_id>/groundbreaking/", views.BreakGround.as_view(), name="break_ground"),
    _hand_in("build", "completion"),
    _hand_in("try_wastewater", "trial"),
    _answer("accept_wastewater", "wastewater", forms.WastewaterAnswerForm),
    _answer("accept_works", "acceptance", forms.WorksAnswerForm),
    _hand_in("adopt_regulation", "regulation"),
    _answer("open_operation", "operation", forms.OperationAnswerForm),
    re_path(r"^cases/(?P<code>[\w.-]+)/take-up/$", views.take_up, name="take_up"),
]
