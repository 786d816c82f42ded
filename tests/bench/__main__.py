"""`python -m tests.bench [PART …]`: run the benchmarks on SQLite and, where there is one, PostgreSQL.

Every figure is a ratio within the same run on the same machine; absolute figures mean nothing
elsewhere. Parts run one after another on a database of their own.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator

from tests.bench import hours, public_pages, sheets, sign_in
from tests.bench.harness import Backend, postgresql_server
from tests.conftest import fresh_postgresql

PARTS: dict[str, Callable[[Backend], None]] = {
    "pages": public_pages.run,
    "sign-in": sign_in.run,
    "hours": hours.run,
}
#: Parts that ask no database.
ALONE: dict[str, Callable[[], None]] = {"sheets": sheets.run}


def backends(folder: str) -> Iterator[Backend]:
    """The demo city on each database, loaded anew for each part."""
    env = {**os.environ, "CE_BASES_INSTANCE_DIR": folder, "CE_BASES_LOG_LEVEL": "CRITICAL"}
    yield Backend("SQLite", env)
    if not postgresql_server():
        print("\nPostgreSQL: skipped, TEST_DATABASE_URL names no server")
        return
    for url in fresh_postgresql(f"ce_bases_bench_{os.getpid()}"):
        yield Backend("PostgreSQL", {**env, "CE_BASES_DATABASE_URL": url})


def main(wanted: list[str]) -> None:
    if unknown := set(wanted) - set(PARTS) - set(ALONE):
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join([*PARTS, *ALONE])}")
    for name, measure in ALONE.items():
        if not wanted or name in wanted:
            measure()
    for name, run in PARTS.items():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for backend in backends(folder):
                backend.flask("db", "upgrade")
                backend.flask("demo", "load")
                run(backend)


main(sys.argv[1:])
