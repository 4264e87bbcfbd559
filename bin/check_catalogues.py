"""Compare the Vietnamese catalogues with the texts of the code, or bring them up to date.

    bin/check_catalogues.py             0 untranslated, 0 fuzzy, 0 stale, .mo as fresh as .po
    bin/check_catalogues.py --update    collect the texts, compile; what is new waits for a translator

Needs gettext (xgettext, msgmerge, msgfmt), which a machine that only runs Khởi Công does not have.
"""

import gettext
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = Path("locale/project/vi/LC_MESSAGES/django.po")
SKIPPED = (".git", ".venv", "var", "tests", "benchmarks", "bin", "docs", ".*cache", "__pycache__", "static")
COLLECT = [
    "makemessages",
    "--locale",
    "vi",
    "--no-obsolete",
    "--no-wrap",
    "--no-location",
    "--verbosity",
    "0",
]


def main() -> int:
    missing = [tool for tool in ("xgettext", "msgmerge", "msgfmt") if not shutil.which(tool)]
    if missing:
        print(f"gettext is needed for this ({', '.join(missing)}): apt-get install gettext")
        return 1
    return update() if "--update" in sys.argv[1:] else check()


def update() -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = collected(Path(folder))
        (ROOT / PROJECT).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / PROJECT).write_text(fresh.read_text())
    for catalogue in catalogues():
        catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
        print(f"{catalogue.relative_to(ROOT)}: {statistics(catalogue)}")
    return 0


def check() -> int:
    faults = [fault for catalogue in catalogues() for fault in faults_of(catalogue)]
    with tempfile.TemporaryDirectory() as folder:
        fresh = collected(Path(folder))
        if not (ROOT / PROJECT).exists():
            faults.append(f"{PROJECT} is missing")
        elif texts(fresh) != texts(ROOT / PROJECT):
            faults += differences(texts(fresh), texts(ROOT / PROJECT))
    for fault in faults:
        print(fault)
    if faults:
        print("`make messages` brings the catalogues up to date; then translate what is new.")
    return int(bool(faults))


def catalogues() -> list[Path]:
    return sorted((ROOT / "locale").glob("*/*/LC_MESSAGES/*.po"))


def collected(folder: Path) -> Path:
    """Return the catalogue as the code would have it now, made in a copy of the project."""
    copy = folder / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*SKIPPED, "locale"))
    catalogue = copy / "locale" / "vi" / "LC_MESSAGES" / "django.po"  # where Django looks for it
    catalogue.parent.mkdir(parents=True)
    if (ROOT / PROJECT).exists():
        shutil.copy(ROOT / PROJECT, catalogue)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.demo", "VAR_DIR": str(folder)}
    subprocess.run([sys.executable, "manage.py", *COLLECT], cwd=copy, env=environment, check=True)
    return catalogue


def faults_of(catalogue: Path) -> list[str]:
    """Return what is wrong with one committed catalogue and its compiled twin."""
    name = catalogue.relative_to(ROOT)
    faults = []
    if re.search(r"\b(fuzzy|untranslated)\b", counted := statistics(catalogue)):
        faults.append(f"{name}: {counted}")
    compiled_file = catalogue.with_suffix(".mo")
    if not compiled_file.exists():
        faults.append(f"{name}: is not compiled")
    elif entries(compiled_file.read_bytes()) != entries(compiled(catalogue)):
        faults.append(f"{name}: its .mo is older than it")
    return faults


def statistics(catalogue: Path) -> str:
    """Return msgfmt's count, such as "410 translated messages, 2 untranslated messages."."""
    command = ["msgfmt", "--check-format", "--statistics", "-o", os.devnull, str(catalogue)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stderr.strip() + (" untranslated: it does not compile" if done.returncode else "")


def compiled(catalogue: Path) -> bytes:
    return subprocess.run(["msgfmt", "-o", "-", str(catalogue)], check=True, capture_output=True).stdout


def entries(machine_object: bytes) -> dict[object, str]:
    """Return a compiled catalogue's texts; how they are laid out in the file is msgfmt's business."""
    return dict(gettext.GNUTranslations(io.BytesIO(machine_object))._catalog)  # type: ignore[attr-defined]


def texts(catalogue: Path) -> set[str]:
    """Return the source texts of a catalogue, with their contexts, however the lines are wrapped."""
    found, parts, reading = set(), [""], False
    for line in [*catalogue.read_text().splitlines(), ""]:
        if keyword := re.match(r'(msgctxt|msgid|msgid_plural) "(.*)"$', line):
            parts, reading = ([*parts, keyword[2]] if reading else [keyword[2]]), True
        elif reading and (more := re.match(r'"(.*)"$', line)):
            parts[-1] += more[1]
        elif reading:
            found.add("|".join(parts))
            reading = False
    return found - {""}


def differences(wanted: set[str], present: set[str]) -> list[str]:
    return [f"not in the catalogue: {text}" for text in sorted(wanted - present)] + [
        f"no longer in the code: {text}" for text in sorted(present - wanted)
    ]


if __name__ == "__main__":
    sys.exit(main())
