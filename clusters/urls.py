from django.urls import path, re_path

from clusters import views

app_name = "clusters"
urlpatterns = [
    path("", views.register, name="register"),
    path("map/", views.chart, name="map"),
    re_path(r"^(?P<code>[\w.-]+)/$", views.detail, name="detail"),
]
