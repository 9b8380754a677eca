import pytest

from lightning_modules.fitting.compilation import compilation_pays


@pytest.mark.parametrize(
    ("kind", "n_steps", "n_tokens", "n_parameters", "pays"),
    [
        ("cpu", 4_999, 10**12, 10**9, False),
        ("cpu", 5_000, 10**6, 10**6, True),
        ("cuda", 10**6, 3 * 10**6, 55 * 10**6, False),  # four seconds of work
        ("cuda", 1_000, 2 * 10**9, 124 * 10**6, True),
    ],
)
def test_a_long_fit_is_worth_its_compilation(
    kind: str, n_steps: int, n_tokens: int, n_parameters: int, pays: bool
) -> None:
    found = compilation_pays(
        kind,  # type: ignore[arg-type]
        n_steps=n_steps,
        n_tokens=n_tokens,
        n_parameters=n_parameters,
    )

    assert found == pays
