"""Calendar files as a notice would bring them."""

from pathlib import Path

from law.calendars import COLUMNS

# Wednesday 07/10/2026 off, the Saturday of the same week worked instead.
SWAP = (
    "2026-10-07,off,Nghỉ hoán đổi,swap,77/VPCP-KGVX,official,2026-10-05,",
    "2026-10-10,work,Làm bù,swap,77/VPCP-KGVX,official,2026-10-05,",
)
WHOLE_2028 = (
    "2028-01-01,off,Tết Dương lịch,statute,,official,,",
    *(f"2028-01-{day},off,Tết Nguyên Đán,rule,,provisional,," for day in (25, 26, 27, 28, 31)),
    "2028-04-04,off,Giỗ Tổ,statute,,official,,",
    "2028-04-30,off,Ngày Chiến thắng,statute,,official,,",
    "2028-05-01,off,Quốc tế Lao động,statute,,official,,",
    "2028-09-02,off,Quốc khánh,statute,,official,,",
    "2028-09-04,off,Quốc khánh,rule,,provisional,,",
)


def calendar_file(folder: Path, *lines: str) -> Path:
    """Write a calendar file of these lines, and return where it lies."""
    path = folder / "notice.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path
