from django.urls import path

from law import calendar_views

app_name = "calendar"
urlpatterns = [path("", calendar_views.year, name="year")]
