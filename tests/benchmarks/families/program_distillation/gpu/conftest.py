from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from benchmarks.families.program_distillation.gpu import problems
from benchmarks.families.program_distillation.work import conversion
from data.program_distillation.gsm8k import Problem, load_problems


@pytest.fixture(scope="module")
def few() -> Iterator[Mapping[str, list[Problem]]]:
    """The first rows of each part, so that nothing takes long to convert; one of them leaks."""
    rows = {part: load_problems(part)[:60] for part in ("train", "test")}
    rows["train"][7] = replace(rows["train"][7], question=rows["test"][0].question)
    with pytest.MonkeyPatch.context() as patch:
        for module in (conversion, problems):
            patch.setattr(module, "load_problems", rows.__getitem__)
        yield rows
