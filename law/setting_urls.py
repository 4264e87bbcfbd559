from django.urls import path

from law import setting_views

app_name = "settings"
urlpatterns = [
    path("", setting_views.settings_on, name="list"),
    path("add/", setting_views.add, name="add"),
    path("<int:setting_id>/end/", setting_views.end, name="end"),
]
