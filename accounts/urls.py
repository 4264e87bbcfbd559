"""Our own pages about people and agencies."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/new/", views.organisation_create, name="organisation_create"),
    path("organisation/join/", views.organisation_join, name="organisation_join"),
    path("join-requests/<int:request_id>/", views.join_request_answer, name="join_request_answer"),
    path("agencies/", views.agencies, name="agencies"),
    path("agencies/<int:agency_id>/", views.members, name="members"),
    path("agencies/<int:agency_id>/name/", views.rename, name="rename"),
    path("agencies/<int:agency_id>/invite/", views.invite, name="invite"),
    path("agencies/<int:agency_id>/people/<int:user_id>/deactivate/", views.deactivate, name="deactivate"),
    path("memberships/<int:membership_id>/", views.membership_dates, name="membership_dates"),
    path("invitations/<int:invitation_id>/again/", views.invitation_again, name="invitation_again"),
    path("invitations/<int:invitation_id>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
