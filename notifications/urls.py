from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.list_, name="list"),
    path("<int:pk>/", views.open_, name="open"),
    path("read-all/", views.read_all, name="read_all"),
]
