import pytest

from lightning_modules.fitting.compilation import compilation_pays


@pytest.mark.parametrize(
    ("kind", "n_steps", "n_tokens", "n_parameters", "pays"),
    [
        ("cpu", 781, 400_000, 920_000, False),  # the longest fit of the recipe `smoke`
        ("cpu", 2_800, 2_800 * 512, 920_000, False),
        ("cpu", 2_900, 2_900 * 512, 920_000, True),
        ("cpu", 5_000, 5_000 * 64, 920_000, False),  # of steps that are over in milliseconds
        ("cpu", 100, 100 * 512, 135_000_000, False),  # products, which compilation leaves alone
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
