"""The broker of a newcomer: files in a folder. A message is there whole, or not at all."""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's, but for how a message comes in.

    Theirs opens the file first and writes afterwards. A worker that looks in between finds an empty
    message, and dies of it.
    """

    def _put(self, queue: Any, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out, name)
        unfinished = whole.with_suffix(".part")
        unfinished.write_text(str(dumps(message)))  # type: ignore[no-untyped-call]
        unfinished.rename(whole)


class Transport(filesystem.Transport):
    """Files in a folder, as `filesystem://` means them here."""

    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = "config.file_broker:Transport"
