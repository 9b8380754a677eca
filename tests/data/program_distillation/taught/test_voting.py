import pytest

from data.program_distillation.taught.voting import majority


@pytest.mark.parametrize(
    ("programs", "winner"),
    [
        (["v1 = 2", "v1 = 3", "v1 = 6/2"], 1),
        (["v1 = 1/3", "v1 = 3", "v1 = 2/6", "v1 = 9"], 0),
        (["v1 = w", "v1 = w", "v1 = w", "v1 = 4"], 3),
        (["v1 = 5", "v1 = 4", "v1 = 4.0", "v1 = 5"], 0),
        (["v1 = 4", "v1 = 5", "v1 = 5", "v1 = 4"], 0),
        (["v1 = w", "v1 = ("], 0),
        (["v1 = 1"], 0),
    ],
)
def test_the_value_of_most_programs_wins(programs: list[str], winner: int) -> None:
    assert majority(programs) is programs[winner]
