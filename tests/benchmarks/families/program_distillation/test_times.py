from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.times import times_frame


def _taking(record: DistillationRecord, seconds: dict[str, float]) -> DistillationRecord:
    """The record with stages of these addresses, each with its time."""
    (stage, *_) = record.stages.values()
    stages = {
        name: stage.model_copy(update={"digest": name.ljust(16, "0"), "seconds": spent})
        for name, spent in seconds.items()
    }
    return record.model_copy(update={"stages": stages, "seconds": sum(seconds.values())})


def test_a_stage_that_arms_share_counts_once_and_seeds_without_all_arms_do_not(
    records: list[DistillationRecord],
) -> None:
    mine = {(one.arm, one.seed): one for one in records}
    given = [
        _taking(mine["twins", 0], {"shared": 60.0}),
        _taking(mine["teachers", 0], {"shared": 60.0, "own": 30.0}),
        _taking(mine["twins", 1], {"other": 120.0}),
        _taking(mine["teachers", 1], {"other": 120.0, "fourth": 60.0}),
        _taking(mine["twins", 2], {"alone": 600.0}),
    ]

    (row,) = times_frame(given).to_dict("records")

    assert row["recipe"] == "`program_distillation`"
    assert (row["arms"], row["seeds with all arms"]) == ("2", "2")
    assert (row["minutes a seed"], row["least to most"]) == ("2.2", "1.5 to 3.0")
    assert times_frame([]).empty
