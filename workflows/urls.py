from django.urls import path, re_path

from workflows import impact_views, rule_set_views, views

app_name = "workflows"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("successors/", views.orphans, name="successors"),
    re_path(
        r"^successors/(?P<code>[\w.-]+)/(?P<agency_id>[0-9]{1,18})/$",
        views.choose_successor,
        name="choose_successor",
    ),
    path("rule-sets/", rule_set_views.questions, name="rule_set_questions"),
    re_path(r"^rule-sets/(?P<code>[\w.-]+)/choose/$", rule_set_views.choose, name="choose_rule_set"),
    re_path(r"^rule-sets/(?P<code>[\w.-]+)/move/$", rule_set_views.move, name="move_to_rule_set"),
    path("law/impact/", impact_views.impact, name="impact"),
    path("steps/<int:step_id>/claim/", views.claim, name="claim"),
    path("steps/<int:step_id>/release/", views.release, name="release"),
    path("steps/<int:step_id>/assign/", views.assign, name="assign"),
    path("steps/<int:step_id>/extend/", views.extend, name="extend"),
]
