"""Reading pages as a person does."""

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse


def words(page: TestResponse) -> str:
    """The page's text without its blanks."""
    return "".join(BeautifulSoup(page.text, "html.parser").get_text().split())
