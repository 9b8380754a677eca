"""What a record holds of downstream tasks."""

from benchmarks.running.record import RecordPart


class TaskMetric(RecordPart):
    """See `benchmarks.downstream.lm_eval_tasks.TaskScore`."""

    value: float
    stderr: float | None
    n: int
    version: str


class DownstreamFacts(RecordPart):
    """Accuracy on tasks; see `benchmarks.downstream.lm_eval_tasks.Downstream`."""

    scores: dict[str, TaskMetric]
    """By `task/metric/filter`."""
    shots: int | None
    """None: as each task says."""
    limit: int | None
    """First items of each task; None: all."""
    samples: dict[str, str]
    """Digest of what was asked, by task."""
    outcomes: dict[str, str]
    """Digest of every item's outcome, by task."""
    cut: dict[str, int]
    """Requests that lost their beginning, by task."""
    lm_eval: str
    searched: dict[str, int] | None = None
    """Questions that the text to train on was searched for, by task; 0: the task is not checked.
    None in records older than this field."""
