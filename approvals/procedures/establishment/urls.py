from django.urls import path, re_path

from approvals.procedures.establishment import views

app_name = "establishment"
urlpatterns = [
    path("steps/<int:step_id>/notice/", views.GiveNotice.as_view(), name="give_notice"),
    path("steps/<int:step_id>/submission/", views.SubmitFile.as_view(), name="submit_file"),
    path("steps/<int:step_id>/intake/", views.CheckIntake.as_view(), name="check_intake"),
    path("steps/<int:step_id>/supplement/", views.Supplement.as_view(), name="supplement"),
    path("steps/<int:step_id>/consultation/", views.PlanConsultation.as_view(), name="plan_consultation"),
    path("steps/<int:step_id>/opinion/", views.GiveOpinion.as_view(), name="give_opinion"),
    path("steps/<int:step_id>/take-back/", views.TakeBackConsultation.as_view(), name="take_back"),
    path("steps/<int:step_id>/report/", views.DraftReport.as_view(), name="draft_report"),
    path("steps/<int:step_id>/facts/", views.ExamineFacts.as_view(), name="examine_facts"),
    path("steps/<int:step_id>/ask/", views.AskSupplement.as_view(), name="ask_supplement"),
    path("steps/<int:step_id>/review/", views.ReviewReport.as_view(), name="review_report"),
    path("steps/<int:step_id>/decision/", views.Decide.as_view(), name="decide"),
    path("steps/<int:step_id>/copy/", views.SendCopy.as_view(), name="send_copy"),
    re_path(r"^cases/(?P<code>[\w.-]+)/withdraw/$", views.withdraw, name="withdraw"),
]
