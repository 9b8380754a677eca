"""The page on many small models at once runs, and what it trains is what it says."""

import re
from typing import Any

import torch

from tests.support.places import ROOT

_PAGE = ROOT / "docs" / "many_models.md"


def test_the_page_runs_and_its_classifiers_are_each_alone() -> None:
    blocks = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    code = "\n".join(blocks)
    assert code.count("steps=1000, every=50") == 1
    code = code.replace("steps=1000, every=50", "steps=20, every=10")
    names: dict[str, Any] = {}

    exec(compile(code, str(_PAGE), "exec"), names)

    assert [curve.steps[-1] for curve in names["trained"].curves] == [20] * 6
    for run in (0, 5):
        alone = _alone(names["inputs"][run], names["labels"][run], float(names["rates"][run]))
        assert (names["weights"][run].detach() - alone).abs().max() < 1e-5


def _alone(inputs: torch.Tensor, labels: torch.Tensor, rate: float) -> torch.Tensor:
    """One of the page's classifiers with PyTorch's own optimiser."""
    weights = torch.nn.Parameter(torch.zeros(inputs.shape[1]))
    optimizer = torch.optim.AdamW([weights], lr=rate, weight_decay=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights, labels).backward()
        optimizer.step()
    return weights.detach()
