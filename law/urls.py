from django.urls import path

from law import views

app_name = "law"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("compare/", views.compare, name="compare"),
]
