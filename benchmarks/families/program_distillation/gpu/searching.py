"""The work of searching: plain beams, beams with a verifier of lines, and votes of equal cost."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.families.program_distillation.gpu.drawing import draw_answers
from benchmarks.families.program_distillation.gpu.settings import Search
from benchmarks.families.program_distillation.work.measures import Measures, count, mean, share
from data.measures.sentences import load_encoder
from data.prior import Prior, load_prior
from data.program_distillation.faithfulness import Encode, FaithfulLines, by_words
from data.program_distillation.taught.judging import judge
from data.program_distillation.taught.solved import Solved, read_solved
from data.program_distillation.taught.voting import majority
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.trainer import predicting
from lightning_modules.writing.beams import BeamRule, Found, LineJudge, search_beams


class _Searcher(pl.LightningModule):
    """Searches for answers to all prompts of a batch, on the device of a trainer."""

    def __init__(
        self,
        prior: Prior,
        prompts: Sequence[str],
        rule: BeamRule,
        judge: LineJudge | None,
        advance: Callable[[int], None],
    ) -> None:
        super().__init__()
        self.model = prior.model
        self.tokenizer, self.prompts, self.rule = prior.tokenizer, prompts, rule
        self.judge, self.advance = judge, advance

    def predict_step(self, batch: Tensor, batch_idx: int) -> list[Found]:
        """The best answer to each prompt."""
        return search_beams(
            self.model, self.tokenizer, self.prompts, self.rule,
            judge=self.judge, advance=self.advance,
        )  # fmt: skip


def search(
    folder: Path,
    *,
    model: Path,
    context: int,
    settings: Search,
    at_once: int,
    seed: int,
    test: Path,
    encoder: Path | None,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Search a student's programs by beams, plain and verified, and let as many drawn ones vote.

    Args:
        folder: Stays empty.
        model: Checkpoint of the student, with its tokenizer.
        context: Tokens that it reads at once.
        settings: Width of the search, and what it is held against.
        at_once: Programs that are drawn at a time.
        seed: Replicate; it draws the votes.
        test: File of the problems.
        encoder: Folder of the encoder of lines; None counts words in common.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    prior = load_prior(model, context=context, prefix=True)
    problems = read_solved(test)
    lines = FaithfulLines(encoder_of(encoder, device), [one.question for one in problems])
    programs: dict[str, list[str]] = {}
    measures: Measures = {}
    for name, judged_by in (("beam", None), ("verified", lines)):
        spent: list[int] = []
        programs[name] = _searched(prior, problems, settings, judged_by, device, spent.append)
        measures[f"{name}/tokens_written"] = count(sum(spent), len(problems))
        advance(sum(spent))
    measures["verified/texts_encoded"] = count(lines.n_encoded, len(problems))
    drawn = draw_answers(
        prior,
        [one.prompt for one in problems],
        each=settings.width,
        temperature=settings.temperature,
        seed=seed,
        max_tokens=settings.max_tokens,
        at_once=at_once,
        device=device,
        advance=advance,
    )
    programs["vote"] = [majority(each) for each in drawn]
    written = encode(prior.tokenizer, (one for each in drawn for one in each))
    measures["vote/tokens_written"] = count(sum(map(len, written)), len(problems))
    return {"measures": measures | compared(problems, programs, drawn)}


def encoder_of(encoder: Path | None, device: Device) -> Encode:
    """The encoder of a folder on a device; without a folder, that which counts words in common."""
    if encoder is None:
        return by_words
    found = load_encoder(encoder)
    found.model.to(device.kind)  # type: ignore[arg-type]
    return found


def _searched(
    prior: Prior,
    problems: Sequence[Solved],
    settings: Search,
    judged_by: LineJudge | None,
    device: Device,
    advance: Advance,
) -> list[str]:
    """The best program for each problem by one search."""
    rule = BeamRule(
        width=settings.width,
        max_tokens=settings.max_tokens,
        prompts_at_once=settings.prompts_at_once,
    )
    searcher = _Searcher(prior, [one.prompt for one in problems], rule, judged_by, advance)
    loader: DataLoader[int] = DataLoader([0], batch_size=1)  # type: ignore[arg-type]
    batches = predicting(device, lambda n_tokens: None).predict(searcher, loader) or []
    tokens = [one.tokens for batch in batches for one in batch]
    return list(prior.tokenizer.batch_decode(tokens, skip_special_tokens=False))


def compared(
    problems: Sequence[Solved],
    programs: Mapping[str, Sequence[str]],
    drawn: Sequence[Sequence[str]],
) -> Measures:
    """Shares of right programs by each way, and the verified one less the others.

    Args:
        problems: Problems with their answers.
        programs: The chosen program of each problem, by way: `beam`, `verified`, `vote`.
        drawn: All programs that voted, for each problem.
    """
    n = len(problems)
    judged = {
        name: [
            judge(program, "program", one.answer)
            for one, program in zip(problems, mine, strict=True)
        ]
        for name, mine in programs.items()
    }
    measures: Measures = {}
    for name, found in judged.items():
        measures[f"{name}/right"] = share(sum(one.is_right for one in found), n)
        measures[f"{name}/ran"] = share(sum(one.ran for one in found), n)
    for other in ("beam", "vote"):
        pairs = zip(judged["verified"], judged[other], strict=True)
        measures[f"verified/less_{other}"] = mean([a.is_right - b.is_right for a, b in pairs])
    anywhere = [
        any(judge(program, "program", one.answer).is_right for program in each)
        for one, each in zip(problems, drawn, strict=True)
    ]
    differ = [a != b for a, b in zip(programs["verified"], programs["beam"], strict=True)]
    return measures | {
        "vote/any_right": share(sum(anywhere), n),
        "verified/differs": share(sum(differ), n),
    }
