"""The documents of the demo are real PDF files."""

from service.demo.document import pdf


def test_the_file_has_the_signature_and_a_table_that_points_at_its_objects() -> None:
    content = pdf(["Income proof (for LC-1)", r"A back\slash"])
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    offsets = [int(entry.split()[0]) for entry in content[start:].splitlines()[3:8]]

    assert content.startswith(b"%PDF-1.4\n")
    assert content.rstrip().endswith(b"%%EOF")
    assert [content[at : at + 7] for at in offsets] == [f"{n} 0 obj".encode() for n in range(1, 6)]
    assert rb"(Income proof \(for LC-1\)) Tj" in content
    assert rb"(A back\\slash) Tj" in content
