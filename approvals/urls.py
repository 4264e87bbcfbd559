from django.urls import path, re_path

from approvals import views

app_name = "approvals"
urlpatterns = [
    re_path(r"^cases/(?P<code>[\w.-]+)/$", views.case, name="case"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/new/", views.start, name="start"),
    path("proposals/<int:pk>/", views.dossier, name="dossier"),
    path("proposals/<int:pk>/papers/", views.papers, name="papers"),
    path("proposals/<int:pk>/check/", views.check, name="check"),
    path("proposals/<int:pk>/receipt/", views.receipt, name="receipt"),
    path("proposals/<int:pk>/delete/", views.delete_draft, name="delete_draft"),
    path("proposals/<int:pk>/<str:section>/", views.section, name="section"),
    path("proposals/<int:pk>/<str:section>/autosave/", views.autosave, name="autosave"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/remove/", views.remove_document, name="remove_document"),
]
