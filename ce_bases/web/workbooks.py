"""Workbooks in answers."""

from io import BytesIO

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(book: bytes, name: str) -> Response:
    """`book` as a download of that name, which nobody on the way keeps."""
    answer = send_file(BytesIO(book), mimetype=XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
