"""What a record holds of downstream tasks."""

from benchmarks.running.record import Count, RecordPart, StandardError


class TaskMetric(RecordPart):
    """Value of one metric on one task, as `lm_eval_tasks.TaskScore` describes it."""

    value: float
    stderr: StandardError | None
    n: Count
    version: str


class DownstreamFacts(RecordPart):
    """Accuracy of a model on tasks: what a record holds of `lm_eval_tasks.Downstream`."""

    scores: dict[str, TaskMetric]
    """Scores of the model, by `task/metric/filter`."""
    shots: int | None
    """Number of solved items before each prompt; None where each task's own number was taken."""
    limit: int | None
    """Number of items of each task that were asked; None where all were."""
    samples: dict[str, str]
    """Digest of what was asked, by task."""
    outcomes: dict[str, str]
    """Digest of every item's outcome, by task."""
    cut: dict[str, int]
    """Number of requests that lost their beginning, by task."""
    lm_eval: str
    searched: dict[str, int] | None = None
    """Questions that the text to train on was searched for, by task; 0: the task is not checked.
    None in records older than this field."""
