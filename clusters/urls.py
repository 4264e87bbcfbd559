from django.urls import path

from clusters import views

app_name = "clusters"
urlpatterns = [
    path("", views.register, name="register"),
    path("<str:code>/", views.detail, name="detail"),
]
