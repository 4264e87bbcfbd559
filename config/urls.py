"""Where everything is. Apps are included whole; their names are `<app>:<page>`."""

from django.apps import apps
from django.urls import include, path

from config import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", views.choose_language, name="choose_language"),
    path("theme/", views.choose_theme, name="choose_theme"),
    path("register/", include("clusters.urls")),
    path("law/", include("law.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("accounts.entrance_urls")),
    path("notifications/", include("notifications.urls")),
    path("law/calendar/", include("law.calendar_urls")),
    path("board/", include("timelines.urls")),
    path("law/settings/", include("law.setting_urls")),
    # These two name their own first part: inbox/ and cases/, proposals/ and steps/.
    path("", include("workflows.urls")),
    path("", include("approvals.urls")),
    path("", include("approvals.procedures.establishment.urls")),
    path("", include("approvals.procedures.development.urls")),
]
if apps.is_installed("demo"):
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
