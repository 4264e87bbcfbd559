"""The demo's profile, but for passwords that cost a processor nothing: signing in is not what we try."""

from config.settings.demo import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
