"""A CSV of listings is read as it is, or refused with file, line and remedy."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.pipeline.listings_csv import read_listings

HEADER = "rid,source,source_id,name,abv_pct\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_part_of_a_column(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(mark + f'{HEADER}1,a,10,"Ardbeg, 10",46\r\n\r\n2,b,7,"two\nlines"\n'.encode())
    assert read_listings(path) == [
        {"rid": "1", "source": "a", "source_id": "10", "name": "Ardbeg, 10", "abv_pct": "46"},
        {"rid": "2", "source": "b", "source_id": "7", "name": "two\nlines", "abv_pct": ""},
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"rid;source;source_id;name\n", "the header lacks rid, source, source_id, name"),
        (b"rid,source,source_id,name,name\n", "names name twice"),
        (HEADER.encode() + b"1,a,10,Ardbeg, 10,46\n", "line 2 has 6 cells"),
        (HEADER.encode() + b'1,a,10,"two\nlines",46\n2,b,3\n', "line 4 ends before name"),
        (HEADER.encode() + b'1,a,10,Ardbeg\n2,a,11,"Oban\n3,a,12,Talisker\n', "line 3: a quote opens"),
        (b'rid,source,source_id,"name\n1,a,10,Ardbeg\n', "line 1: a quote opens"),
        (HEADER.encode() + b"1,a,10," + b"x" * 200_000 + b"\n", "line 2 is no row of a CSV: field larger"),
        (HEADER.encode() + b"1,a,10,Oban\n2,a,11,T\xe9 Bheag\n", r"line 3 is not UTF-8 \(byte 9 of the line\)"),
        (HEADER.encode() + "1,a,10,아드벡 10년\n".encode("cp949"), r"line 2 is not UTF-8 \(byte 8 of the line\)"),
        (HEADER.encode("utf-16"), "is UTF-16"),
        (HEADER.encode("utf-16-le"), "is UTF-16"),
        (HEADER.encode("utf-16-be"), "is UTF-16"),
        (b"PK\x03\x04" + bytes(90), "is a spreadsheet's own file"),
        (
            HEADER.encode() + b'1,a,10,"two\nlines"\n2,a,11,Oban\n1,a,12,Ardbeg\n',
            "line 5: rid '1' stands twice, first in line 2",
        ),
        (HEADER.encode() + b'1,a,10,"two\nlines"\n\n ,a,12,Ardbeg\n', "line 5: rid is empty"),
    ],
)
def test_a_file_that_is_no_csv_of_listings_is_refused_by_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(InputRefusedError, match=told) as refused:
        read_listings(path)
    assert str(path) in refused.value.message
    assert refused.value.remedy


def test_a_missing_file_or_a_folder_is_no_file_of_listings(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(UsageError, match="no file"):
            read_listings(path)


@pytest.mark.parametrize(
    ("header", "cure"),
    [
        ("rid;source;source_id;name", "separated by semicolons"),
        ("rid\tsource\tsource_id\tname", "separated by tabs"),
        ("RID, Source,source_id,name", "in small letters without spaces"),
        ("rid,source,name", "Required are rid, source, source_id, name"),
    ],
)
def test_a_header_is_refused_with_what_is_wrong_with_it(tmp_path: Path, header: str, cure: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"{header}\n1,a,2,Oban\n", encoding="utf-8")
    with pytest.raises(InputRefusedError) as refused:
        read_listings(path)
    assert cure in refused.value.remedy


def test_no_row_of_strange_letters_is_lost_or_changed(tmp_path: Path) -> None:
    names = ["Ard\x07beg\x1b[31m 10\x00", "\u202bويسكي 10\u202c", "T\ufffd\ufffd Bheag", "Ã‰cosse", "x" * 10_000, ""]
    path = tmp_path / "in.csv"
    lines = [f"{rid},a,{rid},{name}\r\n" for rid, name in enumerate(names)]
    path.write_text("".join(["rid,source,source_id,name\r\n", *lines]), encoding="utf-8", newline="")
    assert [row["name"] for row in read_listings(path)] == names
