from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("sign-in/<str:key>/", views.sign_in, name="sign_in"),
    path("clock/", views.move_clock, name="move_clock"),
]
