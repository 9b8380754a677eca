"""A score is identified by what it does."""

from benchmarks.chains.materials import source_digest


def _scores(body: str) -> str:
    import linecache

    text = f"def score(corpus, human, rng):\n{body}"
    name = f"<score {hash(text)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    found: dict[str, object] = {}
    exec(compile(text, name, "exec"), found)
    return source_digest(found["score"])  # type: ignore[arg-type]


def test_better_words_are_the_same_score_and_other_code_is_another() -> None:
    plain = _scores("    return 1\n")

    assert _scores('    """Said better."""\n    return 1  # one\n') == plain
    assert _scores("    return 2\n") != plain
