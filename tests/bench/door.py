"""The site for gunicorn, its clock standing ten minutes before the class of `hall`."""

from tests.bench.hall import door_app

app = door_app()
