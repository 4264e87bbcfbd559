"""What may be handed in as a file: six formats, each looked at from its first byte to its last.

Looking only at the first bytes lets through bombs, macros, scripts and files that are two formats at once. So
each format is walked by its structure, and what could act by itself is refused. Nothing is repaired.

Source: ISO 32000-2 (pdf), ISO/IEC 29500-2 (docx, xlsx), W3C PNG, ITU-T T.81 (jpg), RFC 7946 (geojson).
"""

import hashlib
import io
import json
import math
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.parsers import expat

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.exceptions import UploadRefused

_CHUNK = 64 * 1024
_NAME_LENGTH = 200
_INFLATED_BYTES = 100 * 1024 * 1024
_PIXELS = 50_000_000
_PIECES = 100_000  # streams of a PDF, chunks or segments of a picture: more are made only to keep us busy


@dataclass(frozen=True)
class CheckedUpload:
    """What is known of a file that was let in: cleaned name, true kind, bytes, hash.

    `size` is in bytes, `sha256` in small hex digits, `extension` in small letters without a dot (`jpeg` is
    told as `jpg`).
    """

    name: str
    media_type: str
    size: int
    sha256: str
    extension: str


@dataclass(frozen=True)
class _Format:
    media_type: str
    label: str | Promise
    check: Callable[[bytes], object]


def check_upload(file: "UploadedFile[bytes]", *, max_bytes: int) -> CheckedUpload:
    """Return what `file` is, if it is whole, harmless and of the kind that its name says.

    Size and name are checked before anything is read, and never more than `max_bytes` are kept. Afterwards
    `file` stands at its beginning, whether it was refused or not.

    Raises:
        UploadRefused: its message says what is wrong and what the person can do.
    """
    name = clean_name(file.name or "")
    extension = _extension(name)
    size = _checked_size(file, max_bytes=max_bytes)
    content, sha256 = _read(file, size=size)
    _FORMATS[extension].check(content)
    return CheckedUpload(name, _FORMATS[extension].media_type, size, sha256, extension)


def clean_name(raw: str) -> str:
    """Return `raw` without folders and invisible signs, in composed letters (NFC), at most 200 characters.

    Controls, format signs (such as those that turn the direction of writing) and halves of characters are
    left out; signs that a disk may not store become `_`. Vietnamese letters stay, and so does the ending.
    """
    composed = unicodedata.normalize("NFC", raw)
    visible = "".join(sign for sign in composed if sign.isspace() or unicodedata.category(sign)[0] != "C")
    last = " ".join(re.split(r"[/\\]", visible)[-1].split()).strip(". ")
    stem, dot, ending = re.sub(r'[<>:"|?*]', "_", last).rpartition(".")
    ending = ending[: _NAME_LENGTH // 2]
    return stem[: _NAME_LENGTH - len(dot + ending)].rstrip(". ") + dot + ending


def _extension(name: str) -> str:
    stem, _dot, ending = name.rpartition(".")
    extension = {"jpeg": "jpg"}.get(ending.lower(), ending.lower())
    if not stem or extension not in _FORMATS:
        raise UploadRefused(
            _(
                "The file “{name}” is of a kind that is not accepted. Hand in a file of one of these "
                "kinds: {kinds}."
            ).format(name=name, kinds=", ".join(_FORMATS))
        )
    return extension


def _checked_size(file: "UploadedFile[bytes]", *, max_bytes: int) -> int:
    size = file.size or 0
    if size == 0:
        raise UploadRefused(_("The file is empty. Choose the file that has the content."))
    if size > max_bytes:
        raise UploadRefused(
            _(
                "The file has {size}; at most {limit} are accepted. Make it smaller or split it into parts."
            ).format(size=filesizeformat(size), limit=filesizeformat(max_bytes))
        )
    return size


def _read(file: "UploadedFile[bytes]", *, size: int) -> tuple[bytes, str]:
    """Return the content and its SHA-256; a file that has more or fewer bytes than it said is refused."""
    content = bytearray()
    digest = hashlib.sha256()
    file.seek(0)
    try:
        while chunk := file.read(min(_CHUNK, size - len(content))):
            content += chunk
            digest.update(chunk)
        if len(content) != size or file.read(1):
            raise UploadRefused(_("The file did not arrive whole. Send it again."))
    finally:
        file.seek(0)
    return bytes(content), digest.hexdigest()


def _mismatch(extension: str) -> UploadRefused:
    return UploadRefused(
        _(
            "The file is named {extension}, but its content is not {kind}. Save it again in that format, "
            "or give it the ending of what it really is."
        ).format(extension=extension, kind=_FORMATS[extension].label)
    )


def _damaged(extension: str) -> UploadRefused:
    return UploadRefused(
        _(
            "The file is damaged or incomplete: {kind} was expected. Open it, save it again, and hand in "
            "the new file."
        ).format(kind=_FORMATS[extension].label)
    )


def _trailing(extension: str) -> UploadRefused:
    return UploadRefused(
        _(
            "Something else is hidden before, between or after the content of {kind}. Open the file, save "
            "it as a new file, and hand in that one."
        ).format(kind=_FORMATS[extension].label)
    )


def _check_no_archive(content: bytes, extension: str) -> None:
    """Refuse a file that is a ZIP archive too: those are read from their end, whatever they begin with."""
    if content.rfind(b"PK\x05\x06", -(0xFFFF + 22)) >= 0 and b"PK\x01\x02" in content:
        raise _trailing(extension)


class _Room:
    """How many bytes may still be unpacked from one file, all its parts together."""

    def __init__(self) -> None:
        self._left = _INFLATED_BYTES

    def take(self, size: int) -> None:
        """Use `size` bytes, or refuse the file."""
        self._left -= size
        if self._left < 0:
            raise UploadRefused(
                _("The file unpacks to more than {limit}. Make it smaller or split it into parts.").format(
                    limit=filesizeformat(_INFLATED_BYTES)
                )
            )


_PDF_SPACE = b"\x00\t\n\x0c\r "
_PDF_NUMBERS_FIRST = re.compile(rb"(?:\s|%[^\r\n]*(?:[\r\n]|\Z))*(?:\d+\s+\d|\Z)")
_PDF_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")
_PDF_DICTIONARY_BYTES = 4096
_PDF_OVERLAP = 64  # longer than any name we look for, every letter escaped


def _pdf_names(*names: str) -> re.Pattern[bytes]:
    """Return a pattern of names, also where letters are written as `#xx` (ISO 32000-2, 7.3.5)."""
    spelled = ("".join(f"(?:{letter}|(?i:#{ord(letter):02x}))" for letter in name) for name in names)
    # The initials are tried first, so that a file full of slashes is read fast.
    initials = "".join(sorted({name[0] for name in names}))
    return re.compile(
        rf"/(?=[{initials}#])(?:{'|'.join(spelled)})(?=[\x00\t\n\x0c\r ()<>\[\]{{}}/%])".encode("latin-1")
    )


# Long enough never to come about by chance in compressed bytes, so they are looked for in every byte of the
# file: a reader follows offsets, and finds objects inside what looks like a comment, a text or a picture.
_PDF_ACTIVE = _pdf_names(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "FileAttachment", "RichMedia", "Rendition"
)
# Three bytes do come about by chance: looked for only outside of streams and inside unpacked ones.
_PDF_SCRIPT = _pdf_names("JS", "XFA")
_PDF_ENCRYPTED = _pdf_names("Encrypt")
_PDF_OBJECT_STREAM = _pdf_names("ObjStm")
_PDF_FIRST = _pdf_names("First")
_PDF_FILTER = _pdf_names("Filter")
_PDF_PREDICTOR = _pdf_names("Predictor")
_PDF_FLATE_ONLY = re.compile(rb"/Filter\s*(?:/FlateDecode(?![^\s/>\[])|\[\s*/FlateDecode\s*\])")


def _check_pdf(content: bytes) -> None:
    if not re.match(rb"%PDF-[12]\.\d", content):
        raise _mismatch("pdf")
    _check_pdf_end(content)
    _check_no_archive(content, "pdf")
    if _PDF_ENCRYPTED.search(content):
        raise UploadRefused(_("The PDF is protected by a password or by rights. Save it without protection."))
    _check_pdf_pieces([content], _PDF_ACTIVE)
    for start, end in _outside_streams(content):
        if _PDF_SCRIPT.search(content, start, end):
            raise _active_pdf()
    _check_object_streams(content)


def _check_pdf_end(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise _damaged("pdf")
    if content[end + len(b"%%EOF") :].strip(_PDF_SPACE):
        raise _trailing("pdf")
    if len(content) - end > 1024:
        raise _trailing("pdf")


def _active_pdf() -> UploadRefused:
    return UploadRefused(
        _(
            "The PDF contains a script, a program to start, an attached file or a film. Print it to a new "
            "PDF and hand in that one."
        )
    )


def _unusual_pdf() -> UploadRefused:
    return UploadRefused(
        _("The PDF is packed in a way that cannot be checked. Print it to a new PDF and hand in that one.")
    )


def _check_pdf_pieces(pieces: Iterable[bytes], *patterns: re.Pattern[bytes]) -> None:
    """Refuse names of `patterns`, also where they lie across two pieces."""
    before = b""
    for piece in pieces:
        text = before + piece if before else piece
        if any(pattern.search(text) for pattern in patterns):
            raise _active_pdf()
        before = text[-_PDF_OVERLAP:]


def _outside_streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of the stretches that are in no stream."""
    position = 0
    while found := _PDF_STREAM.search(content, position):
        end = content.find(b"endstream", found.end())
        if end < 0:
            break
        yield position, found.start()
        position = end
    yield position, len(content)


def _check_object_streams(content: bytes) -> None:
    """Refuse active names in the streams that hold objects.

    Those are the streams that say so; and those whose unpacked content begins with numbers, as that of an
    object stream must, since some readers do not ask what a stream says.
    """
    hidden = {label.start() for label in _PDF_OBJECT_STREAM.finditer(content)}
    room = _Room()
    for number, stream in enumerate(_PDF_STREAM.finditer(content)):
        if number > _PIECES:
            raise _unusual_pdf()
        dictionary = _dictionary_before(content, stream.start())
        labels = {label.start() for label in _PDF_OBJECT_STREAM.finditer(content, *dictionary)}
        hidden -= labels
        if labels or _PDF_FIRST.search(content, *dictionary):
            _check_object_stream(content, stream.end(), dictionary=content[slice(*dictionary)], room=room)
        elif _begins_with_numbers(content, stream.end()):
            with suppress(zlib.error):
                _check_pdf_pieces(_inflated(content, stream.end(), room), _PDF_ACTIVE, _PDF_SCRIPT)
    if hidden:  # said where no reader of ours finds the stream, but another one might
        raise _unusual_pdf()


def _dictionary_before(content: bytes, end: int) -> tuple[int, int]:
    """Return start and end of what a stream that begins at `end` says of itself."""
    earliest = max(0, end - _PDF_DICTIONARY_BYTES)
    return max(content.rfind(b"obj", earliest, end), earliest), end


def _check_object_stream(content: bytes, start: int, *, dictionary: bytes, room: _Room) -> None:
    if _is_deflated(dictionary):
        try:
            _check_pdf_pieces(_inflated(content, start, room), _PDF_ACTIVE, _PDF_SCRIPT)
        except zlib.error as error:
            raise _damaged("pdf") from error
    else:
        _check_pdf_pieces([content[start : content.find(b"endstream", start)]], _PDF_SCRIPT)


def _is_deflated(dictionary: bytes) -> bool:
    """Tell whether an object stream is deflated or plain; packed in any other way it is refused."""
    filters = len(_PDF_FILTER.findall(dictionary))
    if filters > 1 or _PDF_PREDICTOR.search(dictionary):
        raise _unusual_pdf()
    if filters == 1 and not _PDF_FLATE_ONLY.search(dictionary):
        raise _unusual_pdf()
    return filters == 1


def _begins_with_numbers(content: bytes, start: int) -> bool:
    try:
        head = zlib.decompressobj().decompress(content[start : start + 1024], 512)
    except zlib.error:
        return False
    return _PDF_NUMBERS_FIRST.match(head) is not None


def _inflated(content: bytes, start: int, room: _Room) -> Iterator[bytes]:
    """Yield piece by piece what the deflated bytes at `start` hold, as far as there is `room`.

    Raises:
        zlib.error: they are damaged or cut off.
    """
    inflater = zlib.decompressobj()
    position = start
    while not inflater.eof:
        piece = inflater.unconsumed_tail
        if not piece:
            piece = content[position : position + _CHUNK]
            position += len(piece)
        if not piece:
            raise zlib.error("cut off")
        inflated = inflater.decompress(piece, _CHUNK)
        room.take(len(inflated))
        yield inflated


_ZIP_ENTRIES = 10_000
_ZIP_DIRECTORY_BYTES = 4 * 1024 * 1024
_ZIP_RATIO = 200
_ZIP_SMALL = 1024 * 1024  # below this size a high ratio is chance, not a bomb
_ZIP_ENCRYPTED = 0x1 | 0x40 | 0x2000
_ZIP_HAS_DESCRIPTOR = 0x8
_ZIP_DESCRIPTORS = (0, 12, 16, 20, 24)
_ZIP_TROUBLES = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAIN_TYPE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_ACTIVE_TYPE = re.compile(r"macroenabled|vba|macrosheet|activex|oleobject", re.IGNORECASE)
_ACTIVE_PART = re.compile(r"vbaproject|vbadata|(?:^|/)(?:activex|macrosheets)/|(?:^|/)embeddings/.*\.bin$")
# How a part is related to another, in small letters: these load, run or hide something.
_ACTIVE_RELATIONS = frozenset({
    "vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet", "oleobject", "control",
    "activexcontrolbinary",
})  # fmt: skip
_OUTSIDE_RELATIONS = frozenset(
    {"attachedtemplate", "externallink", "externallinkpath", "afchunk", "subdocument"}
)
_XML_TOKEN_BYTES = 4 * 1024 * 1024  # a longer tag or comment makes the parser start over again and again
_XML_READ_BYTES = 256 * 1024
_XML_LISTENED_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class _Relationship:
    kind: str
    target: str
    is_external: bool


def _check_docx(content: bytes) -> None:
    _check_package(content, "docx", room=_Room())


def _check_xlsx(content: bytes) -> None:
    _check_package(content, "xlsx", room=_Room())


def _check_package(content: bytes, extension: str, *, room: _Room, is_embedded: bool = False) -> None:
    """Refuse what is no Office document of this kind, or one that holds or loads something active."""
    if content.startswith(_OLE):
        raise UploadRefused(
            _(
                "The file is protected by a password or has the old Office format. Save it unprotected as "
                "{kind}."
            ).format(kind=_FORMATS[extension].label)
        )
    if not content.startswith(b"PK\x03\x04"):
        raise _mismatch(extension)
    try:
        _check_directory(content, extension)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(content, archive, extension, room)
            _check_parts(archive, extension, room, is_embedded=is_embedded)
    except _ZIP_TROUBLES as error:
        raise _damaged(extension) from error


def _check_directory(content: bytes, extension: str) -> None:
    """Refuse an archive whose directory is not the last thing in it, or is too long to be read."""
    end = len(content) - 22
    signature, *_disks, entries, size, start, comment = struct.unpack("<4s4H2LH", content[-22:])
    if signature != b"PK\x05\x06":
        raise _trailing(extension) if b"PK\x05\x06" in content else _damaged(extension)
    if comment or start + size != end:
        raise _trailing(extension)
    if entries > _ZIP_ENTRIES or size > _ZIP_DIRECTORY_BYTES:
        raise UploadRefused(
            _("The file consists of more than {limit} parts. Split the document.").format(limit=_ZIP_ENTRIES)
        )


def _check_entries(content: bytes, archive: zipfile.ZipFile, extension: str, room: _Room) -> None:
    entries = archive.infolist()
    for entry in entries:
        _check_entry(entry, extension)
        room.take(entry.file_size)
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise UploadRefused(
            _(
                "The file holds two parts of the same name. Open it, save it as a new file, and hand in "
                "that one."
            )
        )
    _check_layout(content, archive, extension)


def _check_entry(entry: zipfile.ZipInfo, extension: str) -> None:
    if entry.flag_bits & _ZIP_ENCRYPTED:
        raise UploadRefused(_("The file is encrypted. Save it without a password."))
    if not _is_plain_part(entry):
        raise UploadRefused(
            _("The file holds a part with a forbidden name: “{part}”. Save it again with Office.").format(
                part=entry.orig_filename.encode("ascii", "backslashreplace").decode()
            )
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged(extension)
    if entry.file_size > max(_ZIP_SMALL, _ZIP_RATIO * entry.compress_size):
        raise UploadRefused(
            _(
                "A part of the file unpacks to more than {ratio} times its size. Save the document again."
            ).format(ratio=_ZIP_RATIO)
        )


def _is_plain_part(entry: zipfile.ZipInfo) -> bool:
    """Tell whether a part stays inside its package: no way up, no root, no drive, no link, no hidden sign."""
    name = entry.orig_filename
    segments = name.removesuffix("/").split("/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return (
        not is_link
        and name.isprintable()
        and not set(name) & set("\\:")
        and not set(segments) & {"", ".", ".."}
    )


def _check_layout(content: bytes, archive: zipfile.ZipFile, extension: str) -> None:
    """Refuse bytes between the entries, entries that overlap, and those that contradict the directory."""
    position = 0
    descriptors: tuple[int, ...] = (0,)
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        if entry.header_offset - position not in descriptors:
            raise _trailing(extension)
        position = _end_of_entry(content, entry, extension)
        descriptors = _ZIP_DESCRIPTORS if entry.flag_bits & _ZIP_HAS_DESCRIPTOR else (0,)
    if archive.start_dir - position not in descriptors:
        raise _trailing(extension)


def _end_of_entry(content: bytes, entry: zipfile.ZipInfo, extension: str) -> int:
    header = struct.unpack_from("<4s5H3L2H", content, entry.header_offset)
    signature, _version, flags, method, *_times, packed, _size, name_length, extra_length = header
    if signature != b"PK\x03\x04" or flags & _ZIP_ENCRYPTED or method != entry.compress_type:
        raise _damaged(extension)
    if not flags & _ZIP_HAS_DESCRIPTOR and packed not in (entry.compress_size, 0xFFFFFFFF):
        raise _damaged(extension)
    return entry.header_offset + 30 + int(name_length) + int(extra_length) + entry.compress_size


def _check_parts(archive: zipfile.ZipFile, extension: str, room: _Room, *, is_embedded: bool) -> None:
    parts = {entry.filename.casefold(): entry for entry in archive.infolist()}
    types = _content_types(archive, parts, extension)
    _check_main_part(archive, parts, types, extension)
    for name, entry in parts.items():
        if _ACTIVE_PART.search(name):
            raise _active_part(entry.filename)
        if "/embeddings/" in f"/{name}" and not entry.is_dir():
            _check_embedded(archive, entry, room, is_embedded=is_embedded)
        elif name.endswith(".rels"):
            _check_relationships(archive, entry, extension)
        else:
            _check_part(archive, entry, is_xml=_is_xml(name, types))


def _active_part(name: str) -> UploadRefused:
    return UploadRefused(
        _(
            "The file contains a macro or an embedded program object (“{part}”). Remove it and save the "
            "file as docx or xlsx without macros."
        ).format(part=name)
    )


def _content_types(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], extension: str
) -> dict[str, str]:
    """Return the type of each part, by `/name` or by `.ending`, all in small letters.

    Source: ISO/IEC 29500-2, 10.1.2 (content types).
    """
    types: dict[str, str] = {}

    def listen(tag: str, attributes: dict[str, str]) -> None:
        key = {
            "Default": "." + attributes.get("Extension", ""), "Override": attributes.get("PartName", "")
        }.get(_local(tag), "").casefold()  # fmt: skip
        if key and key in types:
            raise _damaged(extension)
        if key:
            types[key] = attributes.get("ContentType", "").strip().casefold()

    _listen(archive, _part(parts, "[content_types].xml", extension), listen, extension)
    for key, content_type in types.items():
        if _ACTIVE_TYPE.search(content_type):
            raise _active_part(key)
    return types


def _part(parts: dict[str, zipfile.ZipInfo], name: str, extension: str) -> zipfile.ZipInfo:
    if name.casefold() not in parts:
        raise _mismatch(extension)
    return parts[name.casefold()]


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _type_of(name: str, types: dict[str, str]) -> str:
    return types.get(f"/{name}", types.get("." + name.rpartition(".")[2], ""))


def _is_xml(name: str, types: dict[str, str]) -> bool:
    return name.endswith((".xml", ".vml")) or _type_of(name, types).endswith("xml")


def _check_main_part(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], types: dict[str, str], extension: str
) -> None:
    root = _relationships(archive, _part(parts, "_rels/.rels", extension), extension)
    mains = [relationship.target for relationship in root if relationship.kind == "officedocument"]
    if len(mains) != 1:
        raise _mismatch(extension)
    main = mains[0].removeprefix("./").removeprefix("/").casefold()
    if main not in parts or _type_of(main, types) != _MAIN_TYPE[extension]:
        raise _mismatch(extension)


def _relationships(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, extension: str) -> list[_Relationship]:
    found: list[_Relationship] = []

    def listen(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].casefold()
            mode = attributes.get("TargetMode", "").strip().casefold()
            found.append(_Relationship(kind, attributes.get("Target", "").strip(), mode == "external"))

    _listen(archive, entry, listen, extension)
    return found


def _check_relationships(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, extension: str) -> None:
    for relationship in _relationships(archive, entry, extension):
        if relationship.kind in _ACTIVE_RELATIONS:
            raise _active_part(relationship.target)
        if relationship.kind in _OUTSIDE_RELATIONS or _leads_outside(relationship):
            raise UploadRefused(
                _(
                    "The file loads something from elsewhere (“{target}”), such as a template, a picture "
                    "or another workbook. Put it into the file or break the link, and save again."
                ).format(target=relationship.target)
            )


def _leads_outside(relationship: _Relationship) -> bool:
    """Tell whether opening the document fetches something; a link that a person may click does not."""
    if relationship.is_external:
        return relationship.kind != "hyperlink"
    return bool(re.match(r"[a-z][a-z0-9+.-]*:|//|\\", relationship.target, re.IGNORECASE))


def _check_embedded(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: _Room, *, is_embedded: bool
) -> None:
    """Let in the workbook behind a chart, checked as if it had been handed in; refuse any other object."""
    if is_embedded or not entry.filename.casefold().endswith(".xlsx"):
        raise _active_part(entry.filename)
    _check_package(archive.read(entry), "xlsx", room=room, is_embedded=True)


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, is_xml: bool) -> None:
    """Read one part to its end, which checks its length and its sum too."""
    # Office itself writes drawings (vml) that are no well-formed XML.
    parser = (
        _XmlPart(entry.filename, is_strict=not entry.filename.casefold().endswith(".vml")) if is_xml else None
    )
    with archive.open(entry) as part:
        for position, piece in enumerate(iter(lambda: part.read(_XML_READ_BYTES), b"")):
            if position == 0 and piece.startswith(_OLE):
                raise _active_part(entry.filename)
            if parser:
                parser.feed(piece)
    if parser:
        parser.close()


def _listen(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    listen: Callable[[str, dict[str, str]], None],
    extension: str,
) -> None:
    """Tell `listen` every tag, with its namespace, and the attributes of a part."""
    if entry.file_size > _XML_LISTENED_BYTES:
        raise _damaged(extension)
    parser = _XmlPart(entry.filename, listen=listen)
    parser.feed(archive.read(entry))
    parser.close()


class _XmlPart:
    """A part of XML, read piece by piece. Refuses a document type, where entities would be declared."""

    def __init__(
        self,
        name: str,
        *,
        is_strict: bool = True,
        listen: Callable[[str, dict[str, str]], None] | None = None,
    ) -> None:
        self._name = name
        self._is_strict = is_strict
        self._is_open = True
        self._fed = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = listen

    def feed(self, piece: bytes) -> None:
        self._parse(piece, is_last=False)
        self._fed += len(piece)
        if self._is_open and self._fed - self._parser.CurrentByteIndex > _XML_TOKEN_BYTES + _XML_READ_BYTES:
            self._refuse()

    def close(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        if not self._is_open:
            return
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            if self._is_strict:
                raise self._refusal() from error
            self._is_open = False

    def _refuse(self, *_declaration: object) -> NoReturn:
        raise self._refusal()

    def _refusal(self) -> UploadRefused:
        return UploadRefused(
            _(
                "The part “{part}” of the file is no plain XML, or declares entities of its own. Open the "
                "file in Office, save it as a new file, and hand in that one."
            ).format(part=self._name)
        )


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def _check_png(content: bytes) -> None:
    if not content.startswith(_PNG_SIGNATURE):
        raise _mismatch("png")
    kinds: list[bytes] = []
    for kind, data in _png_chunks(content):
        if (kind == b"IHDR") != (not kinds):  # first, and only first
            raise _damaged("png")
        if kind == b"IHDR":
            _check_png_header(data)
        if len(kinds) > _PIECES:
            raise _damaged("png")
        kinds.append(kind)
    _check_png_order(kinds)
    _check_no_archive(content, "png")


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and data of each chunk whose sum is right; the last one must end the file."""
    position, kind = len(_PNG_SIGNATURE), b""
    while position < len(content):
        if kind == b"IEND":
            raise _trailing("png")
        length = int.from_bytes(content[position : position + 4], "big")
        end = position + 8 + length
        if end + 4 > len(content):
            raise _damaged("png")
        kind, data = content[position + 4 : position + 8], content[position + 8 : end]
        if not kind.isalpha() or zlib.crc32(data, zlib.crc32(kind)) != int.from_bytes(
            content[end : end + 4], "big"
        ):
            raise _damaged("png")
        yield kind, data
        position = end + 4


def _check_png_header(data: bytes) -> None:
    """Refuse a first chunk that does not describe a picture (PNG, 11.2.1)."""
    if len(data) != 13:
        raise _damaged("png")
    width, height, depth, colour, packing, filtering, interlace = struct.unpack(">2L5B", data)
    if depth not in _PNG_DEPTHS.get(colour, ()) or packing or filtering or interlace > 1:
        raise _damaged("png")
    _check_pixels(width, height, "png")


def _check_png_order(kinds: list[bytes]) -> None:
    """Refuse a picture without its data or its end, or with its data in several places (PNG, 5.6)."""
    if kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise _damaged("png")
    first = kinds.index(b"IDAT")
    if any(kind != b"IDAT" for kind in kinds[first : first + kinds.count(b"IDAT")]):
        raise _damaged("png")


def _check_pixels(width: int, height: int, extension: str) -> None:
    if not width or not height:
        raise _damaged(extension)
    if width * height > _PIXELS:
        raise UploadRefused(
            _(
                "The picture has {width} × {height} pixels; at most {limit} million are accepted. Make it "
                "smaller."
            ).format(width=width, height=height, limit=_PIXELS // 1_000_000)
        )


_JPG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPG_SCAN, _JPG_END, _JPG_HEIGHT_LATER = 0xDA, 0xD9, 0xDC
_JPG_MARKER = re.compile(
    rb"\xff+(?![\x00\xff\xd0-\xd7])"
)  # the next marker that is no part of the picture's data
_JPG_PADDING = b"\x00\xff\r\n "
_JPG_PADDING_BYTES = 64 * 1024


def _check_jpg(content: bytes) -> None:
    if not content.startswith(b"\xff\xd8\xff"):
        raise _mismatch("jpg")
    kinds: list[int] = []
    position = 2
    for kind, data, end in _jpg_segments(content):
        if kind in _JPG_FRAMES:
            _check_jpg_frame(data)
        if len(kinds) > _PIECES:
            raise _damaged("jpg")
        kinds.append(kind)
        position = end
    _check_jpg_order(kinds)
    padding = content[position:]
    if padding.strip(_JPG_PADDING) or len(padding) > _JPG_PADDING_BYTES:
        raise _trailing("jpg")
    _check_no_archive(content, "jpg")


def _jpg_segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, data and end of each segment, up to the end of the picture (T.81, B.1)."""
    position = 2
    while True:
        marker = _JPG_MARKER.match(content, position)
        if not marker or marker.end() >= len(content):
            raise _damaged("jpg")
        kind, start = content[marker.end()], marker.end() + 1
        if kind == _JPG_END:
            yield kind, b"", start
            return
        length = int.from_bytes(content[start : start + 2], "big")
        if kind < 0xC0 or kind == 0xD8 or length < 2 or start + length > len(content):
            raise _damaged("jpg")
        yield kind, content[start + 2 : start + length], start + length
        position = _end_of_scan(content, start + length) if kind == _JPG_SCAN else start + length


def _end_of_scan(content: bytes, start: int) -> int:
    following = _JPG_MARKER.search(content, start)
    if not following:
        raise _damaged("jpg")
    return following.start()


def _check_jpg_frame(data: bytes) -> None:
    """Refuse a frame without size or with too many pixels (T.81, B.2.2)."""
    if len(data) < 6:
        raise _damaged("jpg")
    height, width = struct.unpack(">2H", data[1:5])
    _check_pixels(width, height, "jpg")


def _check_jpg_order(kinds: list[int]) -> None:
    frames = [position for position, kind in enumerate(kinds) if kind in _JPG_FRAMES]
    if len(frames) != 1 or _JPG_SCAN not in kinds[frames[0] :] or _JPG_HEIGHT_LATER in kinds:
        raise _damaged("jpg")


_JSON_DEPTH = 32
_JSON_BYTES = 5 * 1024 * 1024
_WEST, _SOUTH, _EAST, _NORTH = 102, 8, 110, 24  # degrees around Vietnam, mainland and coast


def _check_geojson(content: bytes) -> None:
    document = _json(content)
    if not isinstance(document, dict):
        raise _mismatch("geojson")
    geometries = list(_geometries(document))
    if not geometries:
        raise UploadRefused(_("The map file has no area. Draw the boundary of the land and export it again."))
    for geometry in geometries:
        for ring in _rings(geometry):
            _check_ring(ring)


def _json(content: bytes) -> Any:
    """Return what the JSON says; NaN, infinity, names given twice and deep nesting are refused."""
    if len(content) > _JSON_BYTES:
        raise UploadRefused(
            _("The map file is larger than {limit}. Export the boundary only, with fewer points.").format(
                limit=filesizeformat(_JSON_BYTES)
            )
        )
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_refuse_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _mismatch("geojson") from error
    _check_values(document, depth=_JSON_DEPTH)
    return document


def _refuse_number(_text: str = "") -> NoReturn:
    raise UploadRefused(
        _("The map file holds a number that is none (NaN or infinite). Correct it and export again.")
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UploadRefused(
            _("The map file gives the same name twice in one place. Export it again from the map program.")
        )
    return members


def _check_values(value: Any, *, depth: int) -> None:
    if depth == 0:
        raise UploadRefused(_("The map file is nested too deep. Export the boundary only, as polygons."))
    if isinstance(value, float) and not math.isfinite(value):
        _refuse_number()
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            _check_values(member, depth=depth - 1)


def _geometries(document: dict[str, Any]) -> Iterator[Any]:
    match document.get("type"):
        case "FeatureCollection":
            features = _list(document.get("features"))
            if any(not isinstance(feature, dict) or feature.get("type") != "Feature" for feature in features):
                raise _bad_area()
            yield from (feature.get("geometry") for feature in features)
        case "Feature":
            yield document.get("geometry")
        case _:
            yield document


def _rings(geometry: Any) -> Iterator[Any]:
    """Yield every ring of a polygon or of several; any other geometry is refused."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise UploadRefused(
            _(
                "The map file may hold areas only (Polygon or MultiPolygon). Leave out points and lines, "
                "and export again."
            )
        )
    coordinates = _list(geometry.get("coordinates"))
    polygons = coordinates if kind == "MultiPolygon" else [coordinates]
    for polygon in polygons:
        rings = _list(polygon)
        if not rings:
            raise _bad_area()
        yield from rings
    if not polygons:
        raise _bad_area()


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _bad_area()
    return value


def _bad_area() -> UploadRefused:
    return UploadRefused(
        _(
            "An area in the map file is not drawn as GeoJSON asks: each ring needs at least four "
            "positions, and its last one must equal its first. Export it again from the map program."
        )
    )


def _check_ring(ring: Any) -> None:
    """Refuse a ring that is open, too short or outside of Vietnam (RFC 7946, 3.1.6)."""
    positions = _list(ring)
    if len(positions) < 4 or positions[0] != positions[-1]:
        raise _bad_area()
    for position in positions:
        _check_position(position)


def _check_position(position: Any) -> None:
    numbers = _list(position)
    if len(numbers) not in (2, 3) or any(type(number) not in (int, float) for number in numbers):
        raise _bad_area()
    if not (_WEST <= numbers[0] <= _EAST and _SOUTH <= numbers[1] <= _NORTH):
        raise UploadRefused(
            _(
                "A position ({longitude}, {latitude}) does not lie in Vietnam. Positions are longitude, "
                "then latitude, in degrees (WGS 84); convert VN-2000 coordinates before you export."
            ).format(longitude=str(numbers[0])[:20], latitude=str(numbers[1])[:20])
        )


_FORMATS = {
    "pdf": _Format("application/pdf", gettext_lazy("a PDF document"), _check_pdf),
    "docx": _Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        gettext_lazy("a Word document (docx)"),
        _check_docx,
    ),
    "xlsx": _Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        gettext_lazy("an Excel workbook (xlsx)"),
        _check_xlsx,
    ),
    "png": _Format("image/png", gettext_lazy("a PNG picture"), _check_png),
    "jpg": _Format("image/jpeg", gettext_lazy("a JPG picture"), _check_jpg),
    "geojson": _Format("application/geo+json", gettext_lazy("a GeoJSON map file"), _check_geojson),
}
