"""CSV text <-> lines of fields, each with its line and column. As RFC 4180 has it, with `,` or `;` between fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.diagnostics import Diagnostic, Location, Refused
from engine.logic.mistakes import Mistakes
from engine.policy.tables.sheet import MAX_COLUMNS, MAX_LINES, Field, Sheet, Written

MAX_BYTES = 1024 * 1024


def read_csv(content: bytes, source: str, mistakes: Mistakes) -> Sheet | None:
    """The fields of a file; None where it cannot be read, which is then noted."""
    text = _decoded(content, source, mistakes)
    if text is None:
        return None
    found = [(_Reader(text, source, delimiter, Mistakes()), delimiter) for delimiter in ",;"]
    fitting = [delimiter for reader, delimiter in found if any(_names_columns(line) for line in reader.lines())]
    before = len(mistakes.found)
    lines = _Reader(text, source, fitting[0] if fitting else ",", mistakes).lines()
    return None if len(mistakes.found) > before else Sheet(Location(source), lines, typed=False)


def _names_columns(line: Sequence[Field]) -> bool:
    return any(field.value == "reason" for field in line)


def _decoded(content: bytes, source: str, mistakes: Mistakes) -> str | None:
    at = Location(source)
    if len(content) > MAX_BYTES:
        mistakes.add("too-large", f"a CSV file has at most {MAX_BYTES} bytes", at)
        return None
    nul = content.find(b"\0")
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        place = Location(source, content.count(b"\n", 0, error.start) + 1)
        mistakes.add("bad-text", "the file is not UTF-8", place, "save it as `CSV UTF-8`")
        return None
    if nul >= 0:
        start = content.rfind(b"\n", 0, nul) + 1
        place = Location(
            source, content.count(b"\n", 0, nul) + 1, len(content[start:nul].decode("utf-8", "replace")) + 1
        )
        mistakes.add("bad-text", "the file holds a NUL character", place, "save it as `CSV UTF-8`")
        return None
    return text


@dataclass(slots=True)
class _Reader:
    """Goes through the text once."""

    text: str
    source: str
    delimiter: str
    mistakes: Mistakes
    place: int = 0
    line: int = 1
    line_start: int = 0

    def lines(self) -> list[list[Field]]:
        lines: list[list[Field]] = []
        while self.place < len(self.text):
            if len(lines) >= MAX_LINES:
                self.mistakes.add("too-long", f"a sheet has at most {MAX_LINES} lines", self._here())
                return []
            fields = self._fields()
            if fields is None:
                return []
            lines.append(fields)
        return lines

    def _here(self) -> Location:
        return Location(self.source, self.line, self.place - self.line_start + 1)

    def _fields(self) -> list[Field] | None:
        fields = [self._field()]
        while self.place < len(self.text) and self.text[self.place] == self.delimiter:
            if len(fields) >= MAX_COLUMNS:
                self.mistakes.add("too-long", f"a sheet has at most {MAX_COLUMNS} columns", self._here())
                return None
            self.place += 1
            fields.append(self._field())
        if any(field is None for field in fields):
            return None
        self._end_line()
        return [field for field in fields if field is not None]

    def _end_line(self) -> None:
        ended = self.text[self.place : self.place + 2]
        if ended:
            self.place += 2 if ended == "\r\n" else 1
            self.line, self.line_start = self.line + 1, self.place

    def _field(self) -> Field | None:
        at = self._here()
        if self.text[self.place : self.place + 1] == '"':
            return self._quoted(at)
        end = self.place
        while end < len(self.text) and self.text[end] not in f"{self.delimiter}\r\n":
            end += 1
        value, self.place = self.text[self.place : end], end
        if '"' in value:
            hint = 'put the whole field in quotes and double those inside: `"not ""any"""`'
            self.mistakes.add("bad-quote", "a quote stands inside a field without quotes", at, hint)
        return Field(value, at)

    def _quoted(self, at: Location) -> Field | None:
        parts, start = [], self.place + 1
        while True:
            end = self.text.find('"', start)
            if end < 0:
                self.mistakes.add("bad-quote", "the quote that opens this field is never closed", at, 'add `"`')
                return None
            parts.append(self.text[start:end])
            if self.text[end + 1 : end + 2] != '"':
                break
            start = end + 2
        value = '"'.join(parts)
        self._count_lines(self.place, end)
        self.place = end + 1
        if self.text[self.place : self.place + 1] not in {"", self.delimiter, "\r", "\n"}:
            self.mistakes.add(
                "bad-quote", "the field goes on after its closing quote", self._here(), "double quotes inside"
            )
            return None
        return Field(value, at)

    def _count_lines(self, start: int, end: int) -> None:
        """Line breaks inside quotes."""
        for place in range(start, end):
            first = self.text[place]
            if first == "\n" or (first == "\r" and self.text[place + 1 : place + 2] != "\n"):
                self.line, self.line_start = self.line + 1, place + 1


def write_csv(lines: Iterable[Iterable[Written]]) -> str:
    """The text of lines, with CRLF after each as the standard asks. Raises `Refused` for a NUL character."""
    text = "".join(",".join(map(_written, line)) + "\r\n" for line in lines)
    if "\0" in text:
        at = Location("table", text.count("\n", 0, text.index("\0")) + 1)
        raise Refused([Diagnostic("bad-text", "the table holds a NUL character", at, "leave it out of titles")])
    return text


def _written(value: Written) -> str:
    text = (
        ("true" if value else "false") if isinstance(value, bool) else value if isinstance(value, str) else repr(value)
    )
    quoted = any(c in text for c in '",;\r\n') or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if quoted else text
