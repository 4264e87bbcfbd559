from django.urls import path

from workflows import views

app_name = "workflows"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("steps/<int:step_id>/claim/", views.claim, name="claim"),
    path("steps/<int:step_id>/release/", views.release, name="release"),
    path("steps/<int:step_id>/assign/", views.assign, name="assign"),
]
