from django.urls import path, re_path

from workflows import views

app_name = "workflows"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("successors/", views.orphans, name="successors"),
    re_path(
        r"^successors/(?P<code>[\w.-]+)/(?P<agency_id>[0-9]{1,18})/$",
        views.choose_successor,
        name="choose_successor",
    ),
    path("steps/<int:step_id>/claim/", views.claim, name="claim"),
    path("steps/<int:step_id>/release/", views.release, name="release"),
    path("steps/<int:step_id>/assign/", views.assign, name="assign"),
    path("steps/<int:step_id>/extend/", views.extend, name="extend"),
]
