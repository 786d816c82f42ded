"""The baseline: one Flask page that does nothing, and a static body of a given size."""

from flask import Flask, Response

app = Flask("bare")


@app.get("/")
def page() -> str:
    return "<!doctype html><title>bare</title><p>bare"


@app.get("/bytes/<int:size>")
def body(size: int) -> Response:
    return Response(b"x" * size, mimetype="text/calendar")
