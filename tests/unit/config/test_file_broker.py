from pathlib import Path

import pytest
from kombu.connection import Connection


def test_a_message_is_in_the_folder_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    write = Path.write_text

    def look(path: Path, text: str) -> int:
        written = write(path, text[:10])
        seen.append([file.name for file in tmp_path.glob("*.msg")])
        return written + write(path, text)

    monkeypatch.setattr(Path, "write_text", look)
    folders = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path),
    }
    with Connection("filesystem://", transport_options=folders) as connection:
        queue = connection.SimpleQueue("letters")
        queue.put({"said": "Đã nhận"})
        told = queue.get(timeout=5)
        told.ack()
        queue.close()

    assert seen == [[]]
    assert told.payload == {"said": "Đã nhận"}
    assert list(tmp_path.glob("*.part")) == []
