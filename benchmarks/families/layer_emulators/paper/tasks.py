"""The eight tasks of Table 1: their names in lm-eval, their data on the hub, and their sizes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One task that the paper tunes to and scores."""

    column: str
    """Name in Table 1."""
    task: str
    """Name in lm-eval, which asks, scores, and writes out the training part."""
    data: str
    """Name of the data set on the hub."""
    examples: int
    """Examples of the training part, as its authors published it."""
    tokens: int
    """Tokens of an example, prompt and answer, to the nearest ten; a guess, for the cost alone."""
    is_written_out: bool = True
    """Whether lm-eval writes out a training part."""


TASKS: tuple[Task, ...] = (
    Task(column="OBQA", task="openbookqa", data="allenai/openbookqa", examples=4_957, tokens=20),
    Task(column="ARC-E", task="arc_easy", data="allenai/ai2_arc", examples=2_251, tokens=30),
    Task(column="ARC-C", task="arc_challenge", data="allenai/ai2_arc", examples=1_119, tokens=40),
    Task(column="WebQs", task="webqs", data="stanfordnlp/web_questions", examples=3_778, tokens=20),
    Task(column="PIQA", task="piqa", data="baber/piqa", examples=16_113, tokens=40),
    Task(column="SciQ", task="sciq", data="allenai/sciq", examples=11_679, tokens=120),
    Task(
        column="RACE",
        task="race",
        data="EleutherAI/race",
        examples=62_445,
        tokens=400,
        is_written_out=False,
    ),
    Task(column="HellaSwag", task="hellaswag", data="Rowan/hellaswag", examples=39_905, tokens=90),
)
"""In the order of the table's columns."""
