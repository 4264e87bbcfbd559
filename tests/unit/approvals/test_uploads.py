"""What may be handed in as a file. Every sample, good or hostile, is made here."""

import hashlib
import io
import json
import random
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from approvals.exceptions import UploadRefused
from approvals.uploads import CheckedUpload, check_upload, clean_name

MAX_BYTES = 2 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OFFICE = "application/vnd.openxmlformats-officedocument."
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
DOCUMENT = "wordprocessingml.document.main+xml"
WORKBOOK = "spreadsheetml.sheet.main+xml"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def checked(name: str, content: bytes, *, max_bytes: int = MAX_BYTES) -> CheckedUpload:
    return check_upload(SimpleUploadedFile(name, content), max_bytes=max_bytes)


def pdf(
    *objects: bytes, trailer: bytes = b"", end: bytes = b"\n%%EOF\n", start: bytes = b"%PDF-1.7\n"
) -> bytes:
    """Return a PDF of one empty page, with `objects` added and a table of where each one is."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        *objects,
    ]
    content, places = start, []
    for number, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(bodies) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d" % (count, trailer, len(content))
        + end
    )


def pdf_stream(data: bytes, entries: bytes = b"/Filter /FlateDecode", *, deflate: bool = True) -> bytes:
    packed = zlib.compress(data) if deflate else data
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def object_stream(
    body: bytes, entries: bytes = b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", *, deflate: bool = True
) -> bytes:
    return pdf_stream(b"9 0  " + body, entries, deflate=deflate)


def archive(parts: dict[str, bytes | str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return written.getvalue()


def content_types(main: str, *more: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>' + main + "".join(more) + "</Types>"
    )


def override(part: str, content_type: str) -> str:
    return f'<Override PartName="{part}" ContentType="{content_type}"/>'


def relations(*relationships: tuple[str, str, str]) -> str:
    """Return a part of relationships, each one told as kind, target and mode."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{RELATIONS}{kind}" Target="{target}" {mode}/>'
            for number, (kind, target, mode) in enumerate(relationships)
        )
        + "</Relationships>"
    )


EXTERNAL = 'TargetMode="External"'
WORDS = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>Cụm công nghiệp</w:t></w:r></w:p></w:body></w:document>"
)
SHEETS = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>'


def docx(more: dict[str, bytes | str] | None = None) -> bytes:
    """Return a Word document; a part of the same name in `more` takes the place of the usual one."""
    return archive(
        {
            "[Content_Types].xml": content_types(override("/word/document.xml", OFFICE + DOCUMENT)),
            "_rels/.rels": relations(("officeDocument", "word/document.xml", "")),
            "word/document.xml": WORDS,
            **(more or {}),
        }
    )


def docx_with_relation(kind: str, target: str, mode: str = "") -> bytes:
    return docx({"word/_rels/document.xml.rels": relations((kind, target, mode))})


def xlsx(more: dict[str, bytes | str] | None = None) -> bytes:
    return archive(
        {
            "[Content_Types].xml": content_types(override("/xl/workbook.xml", OFFICE + WORKBOOK)),
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", "")),
            "xl/workbook.xml": SHEETS,
            **(more or {}),
        }
    )


def docx_of_type(content_type: str) -> bytes:
    return docx({"[Content_Types].xml": content_types(override("/word/document.xml", content_type))})


def docx_with_twin(name: str) -> bytes:
    """Return a Word document whose directory names two parts alike but for small and capital letters."""
    return docx({name: WORDS})


def docx_with_flag(flag: int) -> bytes:
    """Return a Word document whose entries all carry `flag`, in their headers and in the directory."""
    content = bytearray(docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(signature)
        while position >= 0:
            content[position + offset] |= flag
            position = content.find(signature, position + 4)
    return bytes(content)


def with_gap(content: bytes, gap: bytes) -> bytes:
    """Return the archive with `gap` between its entries and its directory, and the offset set right."""
    *_others, start, _comment = struct.unpack("<4s4H2LH", content[-22:])
    end = bytearray(content[-22:])
    end[16:20] = struct.pack("<L", start + len(gap))
    return content[:start] + gap + content[start:-22] + bytes(end)


def docx_with_link() -> bytes:
    """Return a Word document with a part that is a symbolic link."""
    written = io.BytesIO(docx())
    with zipfile.ZipFile(written, "a") as file:
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    return written.getvalue()


def docx_with_lying_size() -> bytes:
    """Return a Word document whose directory says that the last part is shorter than it is."""
    content = bytearray(docx())
    position = content.rfind(b"PK\x01\x02")
    content[position + 24 : position + 28] = struct.pack("<L", 10)
    return bytes(content)


def docx_with_endless_tag() -> bytes:
    """Return a Word document with one tag of 5 MB that is too uneven to be told as a bomb."""
    chance = random.Random(1)
    value = "".join(chance.randbytes(1500).hex() + "a" * 50_000 for _piece in range(100))
    return docx({"word/a.xml": f"<a b='{value}'/>"})


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(
    *more: bytes, width: int = 2, height: int = 1, colour: int = 2, end: bytes = png_chunk(b"IEND", b"")
) -> bytes:
    """Return a picture of two pixels, with the chunks `more` before its data."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, colour, 0, 0, 0))
        + b"".join(more)
        + png_chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00\x00\xff\x00"))
        + end
    )


def jpg_segment(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data


def jpg(
    *more: bytes,
    width: int = 8,
    height: int = 8,
    frames: int = 1,
    scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56",
    end: bytes = b"\xff\xd9",
) -> bytes:
    """Return the segments of a grey picture of one block."""
    frame = jpg_segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    return (
        b"\xff\xd8"
        + jpg_segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")
        + b"".join(more)
        + jpg_segment(0xDB, b"\x00" + bytes([1] * 64))
        + frame * frames
        + jpg_segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\x00")
        + jpg_segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + scan
        + end
    )


SQUARE = [[105.8, 21.0], [105.9, 21.0], [105.9, 21.1], [105.8, 21.0]]


def feature(coordinates: Any, kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": "Cụm công nghiệp Mẫu"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def geojson(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


GOOD: dict[str, tuple[str, str, bytes]] = {
    "pdf": ("Văn bản.pdf", "application/pdf", pdf()),
    "pdf, saved again with additions": ("a.pdf", "application/pdf", pdf() + pdf(start=b"")),
    "pdf with an object stream": ("a.pdf", "application/pdf", pdf(object_stream(b"<< /Type /Font >>"))),
    "pdf with a plain object stream": (
        "a.pdf",
        "application/pdf",
        pdf(object_stream(b"<< >>", b"/Type /ObjStm /N 1 /First 5", deflate=False)),
    ),
    "pdf with drawing that begins with numbers": (
        "a.pdf",
        "application/pdf",
        pdf(pdf_stream(b"1 0 0 1 0 0 cm")),
    ),
    "pdf with three chance bytes in a stream": (
        "a.pdf",
        "application/pdf",
        pdf(pdf_stream(b"\xff/JS \xfe", b"/Filter /DCTDecode", deflate=False)),
    ),
    "pdf that only writes of scripts": (
        "a.pdf",
        "application/pdf",
        pdf(b"(JavaScript and /JSON and /Launcher )"),
    ),
    "docx": ("Đề án.docx", OFFICE + "wordprocessingml.document", docx()),
    "docx with a link to click": (
        "a.docx",
        OFFICE + "wordprocessingml.document",
        docx_with_relation("hyperlink", "https://hanoi.gov.vn", EXTERNAL),
    ),
    "docx with a picture of its own": (
        "a.docx",
        OFFICE + "wordprocessingml.document",
        docx_with_relation("image", "media/image1.png"),
    ),
    "docx with the workbook of a chart": (
        "a.docx",
        OFFICE + "wordprocessingml.document",
        docx({"word/embeddings/sheet.xlsx": xlsx()}),
    ),
    "docx with parts in folders": ("a.docx", OFFICE + "wordprocessingml.document", docx({"word/": b""})),
    "xlsx": ("Số liệu.xlsx", OFFICE + "spreadsheetml.sheet", xlsx()),
    "xlsx with a drawing that is no clean XML": (
        "a.xlsx",
        OFFICE + "spreadsheetml.sheet",
        xlsx({"xl/drawings/vmlDrawing1.vml": "<xml><br></xml>"}),
    ),
    "xlsx with settings of a printer": (
        "a.xlsx",
        OFFICE + "spreadsheetml.sheet",
        xlsx({"xl/printerSettings/printerSettings1.bin": b"\x01\x02"}),
    ),
    "png": ("Sơ đồ.png", "image/png", png()),
    "png with a note": ("a.png", "image/png", png(png_chunk(b"tEXt", b"Title\x00Ban do"))),
    "jpg": ("Ảnh.JPG", "image/jpeg", jpg()),
    "jpeg": ("Ảnh.jpeg", "image/jpeg", jpg()),
    "jpg with padding": ("a.jpg", "image/jpeg", jpg(end=b"\xff\xd9" + bytes(100))),
    "geojson, a feature": ("Ranh giới.geojson", "application/geo+json", geojson(feature([SQUARE]))),
    "geojson, several features": (
        "a.geojson",
        "application/geo+json",
        geojson(
            {
                "type": "FeatureCollection",
                "features": [feature([SQUARE]), feature([[SQUARE]], "MultiPolygon")],
            }
        ),
    ),
    "geojson, an area": (
        "a.geojson",
        "application/geo+json",
        geojson({"type": "Polygon", "coordinates": [SQUARE, SQUARE]}),
    ),
    "geojson with heights": (
        "a.geojson",
        "application/geo+json",
        geojson(feature([[[*position, 12.5] for position in SQUARE]])),
    ),
}


@pytest.mark.parametrize(("name", "media_type", "content"), GOOD.values(), ids=GOOD)
def test_good_file_is_let_in(name: str, media_type: str, content: bytes) -> None:
    upload = checked(name, content)

    assert upload == CheckedUpload(
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        extension=name.rpartition(".")[2].lower().replace("jpeg", "jpg"),
    )


ACTIVE_PDF = "contains a script, a program to start, an attached file or a film"
UNUSUAL_PDF = "packed in a way that cannot be checked"
HIDDEN = "Something else is hidden"
DAMAGED = "damaged or incomplete"
PROGRAM = "contains a macro or an embedded program object"
ELSEWHERE = "loads something from elsewhere"
FORBIDDEN_PART = "a part with a forbidden name"
PLAIN_XML = "is no plain XML, or declares entities of its own"
NOT_IN_VIETNAM = "does not lie in Vietnam"
BAD_AREA = "last one must equal its first"
AREAS_ONLY = "may hold areas only"
NO_NUMBER = "a number that is none"

DOCTYPE = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
HUGE = 101 * 1024 * 1024

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # of no kind that is accepted, or of another than the name says
    "a program": ("setup.exe", lambda: b"MZ" + bytes(90), "is of a kind that is not accepted"),
    "a program behind the ending of a PDF": ("plan.pdf.exe", pdf, "is of a kind that is not accepted"),
    "a name turned around": ("plan\u202efdp.exe", pdf, "is of a kind that is not accepted"),
    "no ending": ("plan", pdf, "is of a kind that is not accepted"),
    "only an ending": (".pdf", pdf, "is of a kind that is not accepted"),
    "a document with macros": ("plan.docm", docx, "is of a kind that is not accepted"),
    "a page of the web": (
        "plan.svg",
        lambda: b"<svg onload='alert(1)'/>",
        "is of a kind that is not accepted",
    ),
    "nothing": ("plan.pdf", lambda: b"", "The file is empty"),
    "too large": ("plan.pdf", lambda: pdf() + b" " * MAX_BYTES, "at most 2.0\xa0MB are accepted"),
    "a program named PDF": ("plan.pdf", lambda: b"MZ" + bytes(90), "its content is not a PDF document"),
    "a web page named PNG": ("plan.png", lambda: b"<html><script>", "its content is not a PNG picture"),
    "a PNG named JPG": ("plan.jpg", png, "its content is not a JPG picture"),
    "a JPG named PNG": ("plan.png", jpg, "its content is not a PNG picture"),
    "a PDF named docx": ("plan.docx", pdf, "its content is not a Word document (docx)"),
    "a workbook named docx": ("plan.docx", xlsx, "its content is not a Word document (docx)"),
    "a document named xlsx": ("plan.xlsx", docx, "its content is not an Excel workbook (xlsx)"),
    "any archive named docx": (
        "plan.docx",
        lambda: archive({"a.txt": b"a"}),
        "is not a Word document (docx)",
    ),
    # pdf
    "pdf after something else": ("a.pdf", lambda: b"GIF89a" + pdf(), "is not a PDF document"),
    "pdf of an unknown version": ("a.pdf", lambda: pdf(start=b"%PDF-X\n"), "is not a PDF document"),
    "pdf without an end": ("a.pdf", lambda: pdf(end=b""), DAMAGED),
    "pdf before something else": ("a.pdf", lambda: pdf() + b"<script>alert(1)</script>", HIDDEN),
    "pdf with its end far from the end": ("a.pdf", lambda: pdf() + b" " * 2000, HIDDEN),
    "pdf that is an archive too": ("a.pdf", lambda: pdf() + archive({"a.exe": b"MZ"}), HIDDEN),
    "pdf that is an archive whose note ends it": (
        "a.pdf",
        lambda: pdf(end=archive({"a.exe": b"MZ"})[:-2] + b"\x06\x00%%EOF\n"),
        HIDDEN,
    ),
    "pdf with a script": ("a.pdf", lambda: pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), ACTIVE_PDF),
    "pdf with a script when opened": (
        "a.pdf",
        lambda: pdf(trailer=b"/OpenAction << /S/JavaScript/JS(x) >>"),
        ACTIVE_PDF,
    ),
    "pdf with a script, escaped": ("a.pdf", lambda: pdf(b"<< /S /J#61va#53cript >>"), ACTIVE_PDF),
    "pdf with a script, all escaped": (
        "a.pdf",
        lambda: pdf(b"<< /S /#4a#61#76#61#53#63#72#69#70#74 >>"),
        ACTIVE_PDF,
    ),
    "pdf with a short name of a script, escaped": ("a.pdf", lambda: pdf(b"<< /#4A#53 7 0 R >>"), ACTIVE_PDF),
    "pdf that plays a script": ("a.pdf", lambda: pdf(b"<< /S /Rendition /OP 0 >>"), ACTIVE_PDF),
    "pdf that starts a program": ("a.pdf", lambda: pdf(b"<< /S /Launch /F (cmd.exe) >>"), ACTIVE_PDF),
    "pdf with an attached file": (
        "a.pdf",
        lambda: pdf(pdf_stream(b"MZ", b"/Type /EmbeddedFile")),
        ACTIVE_PDF,
    ),
    "pdf with a list of attached files": ("a.pdf", lambda: pdf(b"<< /EmbeddedFiles 9 0 R >>"), ACTIVE_PDF),
    "pdf with a film": ("a.pdf", lambda: pdf(b"<< /Subtype /RichMedia >>"), ACTIVE_PDF),
    "pdf with an active form": (
        "a.pdf",
        lambda: pdf(b"<< /AcroForm << /XFA [ (a) 5 0 R ] >> >>"),
        ACTIVE_PDF,
    ),
    "pdf with a script in what looks like a stream": (
        "a.pdf",
        lambda: pdf(pdf_stream(b"<< /S /JavaScript >>", b"", deflate=False)),
        ACTIVE_PDF,
    ),
    "pdf with a script in an object stream": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< /S /JavaScript /JS (x) >>")),
        ACTIVE_PDF,
    ),
    "pdf with an escaped script in an object stream": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< /J#53 (x) >>")),
        ACTIVE_PDF,
    ),
    "pdf with a script deep in an object stream": (
        "a.pdf",
        lambda: pdf(object_stream(b" " * 65_522 + b"<< /S /JavaScript >>")),
        ACTIVE_PDF,
    ),
    "pdf with a script in a plain object stream": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< /JS (x) >>", b"/Type /ObjStm /N 1 /First 5", deflate=False)),
        ACTIVE_PDF,
    ),
    "pdf with a script in a stream that does not say what it holds": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< /S /JavaScript >>", b"/Filter /FlateDecode")),
        ACTIVE_PDF,
    ),
    "pdf with an object stream packed twice": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< >>", b"/Type /ObjStm /First 5 /Filter [/FlateDecode /FlateDecode]")),
        UNUSUAL_PDF,
    ),
    "pdf with an object stream packed otherwise": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< >>", b"/Type /ObjStm /First 5 /Filter /LZWDecode")),
        UNUSUAL_PDF,
    ),
    "pdf with an object stream packed as said elsewhere": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< >>", b"/Type /ObjStm /First 5 /Filter 8 0 R")),
        UNUSUAL_PDF,
    ),
    "pdf with an object stream that says so far away": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< >>", b"/Type /ObjStm" + b" " * 5000 + b"/Filter /LZWDecode")),
        UNUSUAL_PDF,
    ),
    "pdf with an object stream cut off": (
        "a.pdf",
        lambda: pdf(object_stream(b"<< >>" * 900, deflate=True)[:-20]),
        DAMAGED,
    ),
    "pdf that unpacks to a bomb": (
        "a.pdf",
        lambda: pdf(object_stream(b" " * HUGE)),
        "unpacks to more than 100.0\xa0MB",
    ),
    "pdf of countless streams": ("a.pdf", lambda: pdf(b"stream\n" * 110_000), UNUSUAL_PDF),
    "pdf with a password": ("a.pdf", lambda: pdf(trailer=b"/Encrypt 9 0 R"), "protected by a password"),
    # docx and xlsx: the archive
    "docx with a password": ("a.docx", lambda: OLE, "protected by a password or has the old Office format"),
    "docx with encrypted parts": ("a.docx", lambda: docx_with_flag(1), "The file is encrypted"),
    "docx after something else": ("a.docx", lambda: b"MZ" + docx(), "is not a Word document (docx)"),
    "docx after another archive": ("a.docx", lambda: archive({"a": b"a"}) + docx(), HIDDEN),
    "docx before something else": ("a.docx", lambda: docx() + b"\n<script>", HIDDEN),
    "docx with a note": ("a.docx", lambda: docx()[:-2] + b"\x03\x00MZ!", HIDDEN),
    "docx with bytes between its parts": ("a.docx", lambda: with_gap(docx(), b"MZ" * 50), HIDDEN),
    "docx cut off": ("a.docx", lambda: docx()[:-40], DAMAGED),
    "docx with a changed byte": (
        "a.docx",
        lambda: docx().replace(b"\x03\x04", b"\x03\x05", 3),
        "is not a Word",
    ),
    "docx that tells a wrong length": ("a.docx", docx_with_lying_size, DAMAGED),
    "docx with a way up": ("a.docx", lambda: docx({"word/../../evil.xml": "<a/>"}), FORBIDDEN_PART),
    "docx with an absolute name": ("a.docx", lambda: docx({"/etc/evil.xml": "<a/>"}), FORBIDDEN_PART),
    "docx with a drive": ("a.docx", lambda: docx({"C:evil.xml": "<a/>"}), FORBIDDEN_PART),
    "docx with a way up by backslash": ("a.docx", lambda: docx({"..\\evil.xml": "<a/>"}), FORBIDDEN_PART),
    "docx with a control in a name": ("a.docx", lambda: docx({"word/a\x1b.xml": "<a/>"}), FORBIDDEN_PART),
    "docx with a symbolic link": ("a.docx", docx_with_link, FORBIDDEN_PART),
    "docx with a part twice": (
        "a.docx",
        lambda: docx_with_twin("word/Document.xml"),
        "two parts of the same name",
    ),
    "docx that unpacks to a bomb": (
        "a.docx",
        lambda: docx({"word/a.bin": bytes(20 * 1024 * 1024)}),
        "unpacks to more than 200 times",
    ),
    "docx that unpacks to many small bombs": (
        "a.docx",
        lambda: docx({f"word/{number}.bin": bytes(1024 * 1024) for number in range(101)}),
        "unpacks to more than 100.0\xa0MB",
    ),
    "docx of countless parts": (
        "a.docx",
        lambda: docx({f"word/{number}": b"" for number in range(10_001)}),
        "more than 10000 parts",
    ),
    # docx and xlsx: the parts
    "docx without types": ("a.docx", lambda: archive({"word/document.xml": WORDS}), "is not a Word document"),
    "docx whose main part is missing": (
        "a.docx",
        lambda: docx({"_rels/.rels": relations(("officeDocument", "word/other.xml", ""))}),
        "is not a Word document",
    ),
    "docx with two main parts": (
        "a.docx",
        lambda: docx({"_rels/.rels": relations(*[("officeDocument", "word/document.xml", "")] * 2)}),
        "is not a Word document",
    ),
    "docx that tells a type twice": (
        "a.docx",
        lambda: docx(
            {"[Content_Types].xml": content_types(*[override("/word/document.xml", OFFICE + DOCUMENT)] * 2)}
        ),
        DAMAGED,
    ),
    "docx that is a template": (
        "a.docx",
        lambda: docx_of_type(OFFICE + "wordprocessingml.template.main+xml"),
        "is not a Word document",
    ),
    "docx of the type with macros": (
        "a.docx",
        lambda: docx_of_type("application/vnd.ms-word.document.macroEnabled.main+xml"),
        PROGRAM,
    ),
    "docx with macros": ("a.docx", lambda: docx({"word/vbaProject.bin": OLE}), PROGRAM),
    "docx with macros under another name": (
        "a.docx",
        lambda: docx_with_relation("vbaProject", "x.dat"),
        PROGRAM,
    ),
    "xlsx with macros": ("a.xlsx", lambda: xlsx({"xl/vbaProject.bin": OLE}), PROGRAM),
    "xlsx with a sheet of old macros": (
        "a.xlsx",
        lambda: xlsx({"xl/macrosheets/sheet1.xml": "<a/>"}),
        PROGRAM,
    ),
    "docx with an embedded object": (
        "a.docx",
        lambda: docx({"word/embeddings/oleObject1.bin": b"a"}),
        PROGRAM,
    ),
    "docx with an embedded program": ("a.docx", lambda: docx({"word/embeddings/a.exe": b"MZ"}), PROGRAM),
    "docx with an embedded object elsewhere": ("a.docx", lambda: docx({"word/media/a.png": OLE}), PROGRAM),
    "docx with a related object": ("a.docx", lambda: docx_with_relation("oleObject", "media/a.png"), PROGRAM),
    "docx with a control": ("a.docx", lambda: docx({"word/activeX/activeX1.xml": "<a/>"}), PROGRAM),
    "docx with a workbook with macros inside": (
        "a.docx",
        lambda: docx({"word/embeddings/sheet.xlsx": xlsx({"xl/vbaProject.bin": OLE})}),
        PROGRAM,
    ),
    "docx with a workbook in a workbook": (
        "a.docx",
        lambda: docx({"word/embeddings/a.xlsx": xlsx({"xl/embeddings/b.xlsx": xlsx()})}),
        PROGRAM,
    ),
    "docx with a template from elsewhere": (
        "a.docx",
        lambda: docx_with_relation("attachedTemplate", "http://evil.test/a.dotm", EXTERNAL),
        ELSEWHERE,
    ),
    "docx with a template on a disk": (
        "a.docx",
        lambda: docx_with_relation("attachedTemplate", "a.dotm"),
        ELSEWHERE,
    ),
    "docx with a picture from elsewhere": (
        "a.docx",
        lambda: docx_with_relation("image", "http://evil.test/a.png", EXTERNAL),
        ELSEWHERE,
    ),
    "docx with a picture from elsewhere, said in capitals": (
        "a.docx",
        lambda: docx_with_relation("image", "a.png", 'TargetMode="EXTERNAL"'),
        ELSEWHERE,
    ),
    "docx with a picture from elsewhere that does not say so": (
        "a.docx",
        lambda: docx_with_relation("image", "file://evil.test/share/a.png"),
        ELSEWHERE,
    ),
    "docx with a picture from a share": (
        "a.docx",
        lambda: docx_with_relation("image", "\\\\evil.test\\share\\a.png"),
        ELSEWHERE,
    ),
    "docx with a page of the web inside": (
        "a.docx",
        lambda: docx_with_relation("aFChunk", "a.html"),
        ELSEWHERE,
    ),
    "xlsx that reads another workbook": (
        "a.xlsx",
        lambda: xlsx({"xl/_rels/workbook.xml.rels": relations(("externalLink", "externalLinks/a.xml", ""))}),
        ELSEWHERE,
    ),
    "docx with entities": ("a.docx", lambda: docx({"word/document.xml": DOCTYPE}), PLAIN_XML),
    "docx with entities in another encoding": (
        "a.docx",
        lambda: docx({"word/document.xml": DOCTYPE.encode("utf-16")}),
        PLAIN_XML,
    ),
    "docx with entities in its relationships": (
        "a.docx",
        lambda: docx({"word/_rels/document.xml.rels": DOCTYPE}),
        PLAIN_XML,
    ),
    "docx with entities in its types": ("a.docx", lambda: docx({"[Content_Types].xml": DOCTYPE}), PLAIN_XML),
    "docx with entities in a part of another ending": (
        "a.docx",
        lambda: docx(
            {
                "[Content_Types].xml": content_types(
                    override("/word/document.xml", OFFICE + DOCUMENT), override("/word/a.dat", "text/xml")
                ),
                "word/a.dat": DOCTYPE,
            }
        ),
        PLAIN_XML,
    ),
    "xlsx with entities in a drawing": ("a.xlsx", lambda: xlsx({"xl/drawings/a.vml": DOCTYPE}), PLAIN_XML),
    "docx that is no XML": ("a.docx", lambda: docx({"word/document.xml": "<a><b></a>"}), PLAIN_XML),
    "docx with an endless tag": (
        "a.docx",
        docx_with_endless_tag,
        PLAIN_XML,
    ),
    # png
    "png with a wrong sum": ("a.png", lambda: png(png_chunk(b"tEXt", b"a")[:-1] + b"!"), DAMAGED),
    "png cut off": ("a.png", lambda: png()[:-6], DAMAGED),
    "png without an end": ("a.png", lambda: png(end=b""), DAMAGED),
    "png before something else": ("a.png", lambda: png() + b"<?php system($_GET[0]);", HIDDEN),
    "png before an archive": ("a.png", lambda: png() + archive({"a.exe": b"MZ"}), HIDDEN),
    "png around an archive": ("a.png", lambda: png(png_chunk(b"teSt", archive({"a.exe": b"MZ"}))), HIDDEN),
    "png that begins with something else": (
        "a.png",
        lambda: b"\x89PNG\r\n\x1a\n" + png_chunk(b"tEXt", b"a") + png()[8:],
        DAMAGED,
    ),
    "png with two headers": ("a.png", lambda: png(png()[8:33]), DAMAGED),
    "png without data": ("a.png", lambda: png()[:33] + png_chunk(b"IEND", b""), DAMAGED),
    "png with scattered data": (
        "a.png",
        lambda: png(png_chunk(b"IDAT", b""), png_chunk(b"tEXt", b"a")),
        DAMAGED,
    ),
    "png of unknown colours": ("a.png", lambda: png(colour=5), DAMAGED),
    "png without width": ("a.png", lambda: png(width=0), DAMAGED),
    "png of too many pixels": (
        "a.png",
        lambda: png(width=50_000, height=50_000),
        "50000 × 50000 pixels; at most 50 million",
    ),
    "png of countless chunks": ("a.png", lambda: png(png_chunk(b"teSt", b"") * 100_100), DAMAGED),
    # jpg
    "jpg cut off": ("a.jpg", lambda: jpg(end=b""), DAMAGED),
    "jpg cut off in a segment": ("a.jpg", lambda: jpg()[:30], DAMAGED),
    "jpg before something else": ("a.jpg", lambda: jpg() + b"<?php system($_GET[0]);", HIDDEN),
    "jpg before an archive": ("a.jpg", lambda: jpg() + archive({"a.exe": b"MZ"}), HIDDEN),
    "jpg around an archive": ("a.jpg", lambda: jpg(jpg_segment(0xFE, archive({"a.exe": b"MZ"}))), HIDDEN),
    "jpg with much padding": ("a.jpg", lambda: jpg() + bytes(70_000), HIDDEN),
    "jpg of too many pixels": ("a.jpg", lambda: jpg(width=60_000, height=60_000), "60000 × 60000 pixels"),
    "jpg without height": ("a.jpg", lambda: jpg(height=0), DAMAGED),
    "jpg without a frame": ("a.jpg", lambda: jpg(frames=0), DAMAGED),
    "jpg with two frames": ("a.jpg", lambda: jpg(frames=2), DAMAGED),
    "jpg of countless segments": ("a.jpg", lambda: jpg(jpg_segment(0xFE, b"") * 100_100), DAMAGED),
    # geojson
    "geojson that is no JSON": ("a.geojson", lambda: b"{type: 'Polygon'}", "is not a GeoJSON map file"),
    "geojson in another encoding": (
        "a.geojson",
        lambda: geojson(feature([SQUARE])).decode().encode("utf-16"),
        "is not a GeoJSON map file",
    ),
    "geojson that is a list": ("a.geojson", lambda: geojson([1, 2]), "is not a GeoJSON map file"),
    "geojson that is nested without end": (
        "a.geojson",
        lambda: b"[" * 100_000 + b"]" * 100_000,
        "is not a GeoJSON map file",
    ),
    "geojson that is nested deep": (
        "a.geojson",
        lambda: b'{"type":"Polygon","a":' + b"[" * 40 + b"]" * 40 + b"}",
        "nested too deep",
    ),
    "geojson that names its kind twice": (
        "a.geojson",
        lambda: b'{"type":"Polygon","type":"Point","coordinates":[]}',
        "the same name twice",
    ),
    "geojson of a point": ("a.geojson", lambda: geojson(feature([105.8, 21.0], "Point")), AREAS_ONLY),
    "geojson of another kind": ("a.geojson", lambda: geojson({"type": "Topology"}), AREAS_ONLY),
    "geojson without an area": (
        "a.geojson",
        lambda: geojson({"type": "Feature", "geometry": None, "properties": {}}),
        AREAS_ONLY,
    ),
    "geojson without features": (
        "a.geojson",
        lambda: geojson({"type": "FeatureCollection", "features": []}),
        "The map file has no area",
    ),
    "geojson whose features are none": (
        "a.geojson",
        lambda: geojson({"type": "FeatureCollection", "features": [1]}),
        BAD_AREA,
    ),
    "geojson without positions": ("a.geojson", lambda: geojson(feature([])), BAD_AREA),
    "geojson without polygons": ("a.geojson", lambda: geojson(feature([], "MultiPolygon")), BAD_AREA),
    "geojson with an open ring": (
        "a.geojson",
        lambda: geojson(feature([[*SQUARE[:3], [105.8, 21.05]]])),
        BAD_AREA,
    ),
    "geojson with a short ring": (
        "a.geojson",
        lambda: geojson(feature([[SQUARE[0], SQUARE[1], SQUARE[0]]])),
        BAD_AREA,
    ),
    "geojson with text for a number": (
        "a.geojson",
        lambda: geojson(feature([[["105.8", "21.0"], *SQUARE[1:3], ["105.8", "21.0"]]])),
        BAD_AREA,
    ),
    "geojson with latitude first": (
        "a.geojson",
        lambda: geojson(feature([[[y, x] for x, y in SQUARE]])),
        NOT_IN_VIETNAM,
    ),
    "geojson in metres": (
        "a.geojson",
        lambda: geojson(feature([[[x * 5500, y * 1e5] for x, y in SQUARE]])),
        NOT_IN_VIETNAM,
    ),
    "geojson with no number": (
        "a.geojson",
        lambda: geojson(feature([[[float("nan"), 21.0]] * 4])),
        NO_NUMBER,
    ),
    "geojson with an infinite number": (
        "a.geojson",
        lambda: geojson(feature([SQUARE])).replace(b"21.1", b"1e999"),
        NO_NUMBER,
    ),
}


@pytest.mark.parametrize(("name", "build", "message"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused(name: str, build: Callable[[], bytes], message: str) -> None:
    content = build()

    with pytest.raises(UploadRefused) as refused:
        checked(name, content)

    assert message in str(refused.value)


def test_map_file_has_a_limit_of_its_own() -> None:
    with pytest.raises(UploadRefused, match=r"larger than 5\.0\sMB"):
        checked("a.geojson", geojson(feature([SQUARE])) + b" " * 6_000_000, max_bytes=10_000_000)


SAMPLES = {
    "pdf": pdf(object_stream(b"<< >>")),
    "docx": docx(),
    "png": png(),
    "jpg": jpg(),
    "geojson": geojson(feature([SQUARE])),
}


@pytest.mark.parametrize("extension", SAMPLES)
def test_damaged_file_is_let_in_or_refused_but_never_an_error(extension: str) -> None:
    chance = random.Random(extension)

    for _round in range(200):
        content = bytearray(SAMPLES[extension])
        for _change in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        cut = bytes(content[: chance.randint(1, len(content))]) if chance.random() < 0.2 else bytes(content)
        with suppress(UploadRefused):
            checked(f"a.{extension}", cut)


class CountingFile(SimpleUploadedFile):
    """A file that counts how many bytes were read from it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert self.file is not None
        content: bytes = self.file.read(size)
        self.taken += len(content)
        return content


def test_too_large_file_is_refused_before_it_is_read() -> None:
    file = CountingFile("a.pdf", pdf() + b" " * 5000)

    with pytest.raises(UploadRefused, match="Make it smaller"):
        check_upload(file, max_bytes=1000)

    assert file.taken == 0


def test_file_with_forbidden_name_is_refused_before_it_is_read() -> None:
    file = CountingFile("a.exe", pdf())

    with pytest.raises(UploadRefused, match="pdf, docx, xlsx, png, jpg, geojson"):
        check_upload(file, max_bytes=MAX_BYTES)

    assert file.taken == 0


@pytest.mark.parametrize("told", [10, 10_000])
def test_file_of_another_size_than_it_says_is_refused(told: int) -> None:
    file = CountingFile("a.pdf", pdf())
    file.size = told

    with pytest.raises(UploadRefused, match="did not arrive whole"):
        check_upload(file, max_bytes=MAX_BYTES)

    assert file.taken <= told + 1


def test_file_of_exactly_the_limit_is_let_in() -> None:
    content = pdf()

    assert checked("a.pdf", content, max_bytes=len(content)).size == len(content)


@pytest.mark.parametrize("content", [pdf(), pdf() + b"!"])
def test_file_stands_at_its_beginning_afterwards(content: bytes) -> None:
    file = SimpleUploadedFile("a.pdf", content)
    file.seek(7)

    with suppress(UploadRefused):
        check_upload(file, max_bytes=MAX_BYTES)

    assert file.tell() == 0
    assert file.read() == content


NAMES = {
    "decomposed letters": (unicodedata.normalize("NFD", "Đề án cụm Ngọc Hồi.pdf"), "Đề án cụm Ngọc Hồi.pdf"),
    "folders": ("../../etc/plan.pdf", "plan.pdf"),
    "folders of Windows": ("C:\\Users\\Hà\\Đề án.pdf", "Đề án.pdf"),
    "controls": ("pl\x00a\x1bn\x7f.pdf", "plan.pdf"),
    "a line break": ("Đề\nán.pdf", "Đề án.pdf"),
    "turned writing": ("plan\u202efdp\u2066.docx", "planfdp.docx"),
    "signs without width": ("pl\u200ba\ufeffn.pdf", "plan.pdf"),
    "half a character": ("plan\ud800.pdf", "plan.pdf"),
    "a way up behind a control": (".\x00./plan.pdf", "plan.pdf"),
    "signs of the shell": ('a<b>:"|?*.pdf', "a_b______.pdf"),
    "dots and spaces at the ends": (" ..plan.pdf. ", "plan.pdf"),
    "capitals": ("BẢN ĐỒ.PDF", "BẢN ĐỒ.PDF"),
    "several dots": ("Số 68.2017.pdf", "Số 68.2017.pdf"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("raw", "clean"), NAMES.values(), ids=NAMES)
def test_name_is_cleaned(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize("raw", ["ộ" * 300 + ".geojson", "a." + "b" * 300, "c" * 300])
def test_long_name_is_cut(raw: str) -> None:
    name = clean_name(raw)

    assert len(name) <= 200
    assert name.endswith(raw[-8:])


def test_checked_file_has_its_clean_name() -> None:
    file = SimpleUploadedFile("a.pdf", pdf())
    vars(file)["_name"] = unicodedata.normalize("NFD", "dự án/Đề án\u202e.pdf")  # past Django's own cleaning

    assert check_upload(file, max_bytes=MAX_BYTES).name == "Đề án.pdf"
