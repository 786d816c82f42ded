"""What is kept in memory stays within its bound, the last used longest."""

from ce_bases.core.last_used import LastUsed


def store(most: int) -> LastUsed[str, str]:
    return LastUsed(most_bytes=most, size_of=len)


def test_what_was_not_used_for_longest_gives_way() -> None:
    kept = store(30)
    for key in "abc":
        kept.keep(key, key * 10)
    assert kept.find("a") == "a" * 10

    kept.keep("d", "d" * 10)

    assert list(kept) == ["c", "a", "d"]
    assert kept.find("b") is None


def test_what_is_kept_again_is_counted_once() -> None:
    kept = store(30)
    kept.keep("a", "a" * 10)
    for size in (5, 20, 10):
        kept.keep("b", "b" * size)
    kept.keep("c", "c" * 10)

    assert {key: kept.find(key) for key in kept} == {key: key * 10 for key in "abc"}


def test_what_is_larger_than_the_bound_leaves_nothing() -> None:
    kept = store(30)
    kept.keep("a", "a" * 10)

    kept.keep("b", "b" * 31)

    assert len(kept) == 0
    kept.keep("c", "c" * 30)
    assert list(kept) == ["c"], "nothing is counted for what has gone"


def test_a_cleared_store_begins_anew() -> None:
    kept = store(30)
    kept.keep("a", "a" * 30)

    kept.clear()

    assert (len(kept), kept.find("a")) == (0, None)
    kept.keep("b", "b" * 30)
    assert list(kept) == ["b"]
