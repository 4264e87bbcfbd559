from django.urls import path, re_path
from django.views.decorators.http import require_safe

from approvals import public_pages, views
from approvals.feeds import DecisionFeed

app_name = "approvals"
urlpatterns = [
    re_path(r"^cases/(?P<code>[\w.-]+)/$", views.case, name="case"),
    path("steps/<int:step_id>/why/", views.why, name="why"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/new/", views.start, name="start"),
    path("proposals/<int:pk>/", views.dossier, name="dossier"),
    path("proposals/<int:pk>/papers/", views.papers, name="papers"),
    path("proposals/<int:pk>/check/", views.check, name="check"),
    path("proposals/<int:pk>/receipt/", views.receipt, name="receipt"),
    path("proposals/<int:pk>/delete/", views.delete_draft, name="delete_draft"),
    path("proposals/<int:pk>/<str:section>/", views.section, name="section"),
    path("proposals/<int:pk>/<str:section>/autosave/", views.autosave, name="autosave"),
    path("lookup/", public_pages.look_up, name="look_up"),
    path("lookup/<str:token>/", public_pages.looked_up, name="looked_up"),
    path("decisions/", public_pages.decisions, name="decisions"),
    path("decisions/feed/", require_safe(DecisionFeed()), name="decision_feed"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/remove/", views.remove_document, name="remove_document"),
]
