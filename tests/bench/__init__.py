"""`make bench`: ratios against a bare Flask page of the same server in the same run.

A part is a module with `run(backend: Backend) -> None`, named in `PARTS` of `__main__`. It is
given a database with the demo city loaded, starts what it measures with `harness.gunicorn`
(two sync workers) and prints each figure with `harness.say`, beside its goal where it has one:

- `Target` is a page with its request headers; `rate` gives its requests a second, and
  `ratio_of_rates` holds it against a baseline in turns, so that both meet the same machine;
- `seconds_of` is the shortest of some runs of a function;
- `growth.grow` copies the demo's filed plans until there are as many sessions as asked for.

`BENCH_SECONDS` (2) and `BENCH_ROUNDS` (3) make a run longer; absolute figures mean nothing
elsewhere. What the figures mean and what we saw: `docs/performance.md`.
"""
