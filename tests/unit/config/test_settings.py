"""The settings that depend on the environment, read in a process of its own."""

import os
import subprocess
import sys

PRINT = "from config.settings import base; print(base.DATABASES['default']['OPTIONS'])"


def test_what_the_address_of_the_database_asks_for_is_kept() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://u:p@host/name?sslmode=verify-full"}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True
    )
    assert "'sslmode': 'verify-full'" in printed.stdout
    assert "lock_timeout" in printed.stdout
