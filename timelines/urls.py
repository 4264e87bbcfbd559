from django.urls import path

from timelines import views

app_name = "timelines"
urlpatterns = [
    path("", views.board, name="board"),
    path("groundbreaking/", views.groundbreaking, name="groundbreaking"),
    path("conformance/", views.conformance, name="conformance"),
    path("steps/", views.open_steps, name="open_steps"),
]
