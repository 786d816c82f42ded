"""Sign-in sheets: how long a class's sheet takes, and what a hall of 2,000 leaves behind."""

import subprocess
import sys
from pathlib import Path

from tests.bench.harness import ROOT, say

# In a process of its own: what is measured is what a fresh worker gains.
_PROBE = """
import resource, time
from tests.unit.documents.samples import NOW, make_sheet
from ce_bases.documents.sheet_book import sign_in_book
from ce_bases.documents.sign_in_sheet import sign_in_sheet_pdf

def now_mb():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmRSS")) / 1024

def peak_mb(who):
    return resource.getrusage(who).ru_maxrss / 1024

def seconds(work, rounds):
    best = float("inf")
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        best = min(best, time.perf_counter() - start)
    return best

start = time.perf_counter()
sign_in_sheet_pdf([make_sheet(60)], produced_at=NOW)
cold = time.perf_counter() - start
# Another title each time: what typst remembers of the last one does not help.
warm = seconds(lambda n: sign_in_sheet_pdf([make_sheet(60, title=f"第 {n} 期")], produced_at=NOW), 5)
before = now_mb()
large = seconds(lambda n: sign_in_sheet_pdf([make_sheet(2000)], produced_at=NOW), 1)
grown = now_mb() - before
child = peak_mb(resource.RUSAGE_CHILDREN)
before = now_mb()
book = seconds(lambda n: sign_in_book([make_sheet(2000)]), 1)
print(cold, warm, large, grown, child, book, now_mb() - before)
"""
MOST_GROWTH_MB = 200


def run() -> None:
    """Print the figures of sign-in sheets; no database is asked."""
    print("\nSign-in sheets (seconds and MB of this machine, now)")
    done = subprocess.run(
        [sys.executable, "-c", _PROBE], cwd=Path(ROOT), check=True, capture_output=True, text=True
    )
    cold, warm, large, grown, child, book, book_grown = map(float, done.stdout.split())
    say("60 names, the first of a worker, s", cold)
    say("60 names, warm, s", warm)
    say("2,000 names, set apart, s", large)
    say("2,000 names, growth of the worker, MB", grown, MOST_GROWTH_MB, at_most=True)
    say("2,000 names, peak of the other process, MB", child)
    say("2,000 names as xlsx, s", book)
    say("2,000 names as xlsx, growth, MB", book_grown, MOST_GROWTH_MB, at_most=True)
