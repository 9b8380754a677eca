"""Tier `paper`: the paper's own experiments, with what they need and what they would cost.

Exact models, data, tokens, learning rates and tasks as published, and for every setting that is
published nowhere, what was chosen instead and why. `collapse run NAME --dry-run` prints a plan with
its arithmetic. Without it the plan is turned into recipes (`paper_runs`), or says what is missing
here and stops.
"""

import re
from dataclasses import dataclass

from huggingface_hub import try_to_load_from_cache

from benchmarks.chains.cost import H100, Cost, estimate
from data.errors import BadInput
from lightning_modules.settings import Lora


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperPlan:
    """One experiment of the paper: its tables, models, data and settings."""

    tables: tuple[str, ...]
    """Tables whose cells it fills, by name."""
    summary: str
    model: str
    """Hub name of the model that is trained."""
    parameters: float
    from_scratch: bool
    lora: Lora | None = None
    """Adapters that are trained in place of all weights."""
    data: tuple[str, ...]
    """Hub names of the data sets that the experiment reads."""
    tokens: float
    """Number of training tokens of one run."""
    unique_tokens: float
    """Number of different tokens of all corpora together: what lies on the disk."""
    runs: int
    """Number of fits that the tables need, for one seed."""
    tokens_per_step: int
    learning_rate: float | None
    """Peak learning rate; None where it is published nowhere and read nowhere."""
    prior: str | None = None
    prior_parameters: float = 0.0
    scored_tokens: float = 0.0
    """Number of tokens that the prior reads, all runs together."""
    tasks: tuple[str, ...] = ()
    """Evaluation sets, by the tables' column names."""
    chosen: tuple[str, ...] = ()
    """Settings that the paper leaves open, what stands here, and why."""
    left_out: tuple[str, ...] = ()
    """Parts of the experiment that this version cannot run, and why."""
    needs: str = ""
    """What cannot be had, so that the plan runs on stand-ins alone; empty where all of it can."""

    @property
    def cost(self) -> Cost:
        """Floating-point operations, time, memory and disk.

        Training takes 6 operations per parameter and token (2 forward, 4 backward; Kaplan et al.
        2020), 4 where the weights are frozen and only adapters learn; scoring takes 2.
        """
        per_token = (4 if self.lora else 6) * self.parameters
        return estimate(
            parameters=self.parameters,
            training_flops=per_token * self.tokens * self.runs,
            scoring_flops=2 * self.prior_parameters * self.scored_tokens,
            prior_parameters=self.prior_parameters,
            kept_models=self.runs,
            tokens=self.unique_tokens,
            frozen=self.lora is not None,
        )

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        cost = self.cost
        rate = "unknown" if self.learning_rate is None else f"{self.learning_rate:g}"
        start = "from scratch" if self.from_scratch else "from the published weights"
        steps = self.tokens / self.tokens_per_step
        return [
            f"{name}: {self.summary}",
            f"tables: {', '.join(self.tables)}",
            f"model: {self.model}, {self.parameters / 1e9:.3g} billion parameters, {start}"
            + (f", LoRA of rank {self.lora.rank}" if self.lora else ""),
            f"data: {', '.join(self.data)}",
            f"one run: {self.tokens / 1e9:.3g} billion tokens, {steps:,.0f} steps of "
            f"{self.tokens_per_step:,} tokens, learning rate {rate}; {self.runs} runs per seed",
            f"prior: {self.prior or 'none'}, reads {self.scored_tokens / 1e9:.3g} billion tokens",
            f"evaluated on: {', '.join(self.tasks) or 'held-out perplexity'}",
            *(f"chosen: {choice}" for choice in self.chosen),
            *(f"not run: {part}" for part in self.left_out),
            f"training: {cost.training_flops:.3g} FLOP; scoring: {cost.scoring_flops:.3g} FLOP",
            f"time: {cost.device_hours:,.0f} hours of one {H100.name} at {H100.utilization:.0%} of "
            f"{H100.peak_flops / 1e12:.0f} TFLOP/s, {H100.scoring_utilization:.0%} in scoring",
            f"memory: {cost.memory_bytes / 2**30:,.0f} GiB without activations",
            f"disk: {cost.disk_bytes / 1e9:,.0f} GB",
        ]


def check(name: str) -> None:
    """Make sure that a plan can run here.

    Raises:
        BadInput: This version cannot run it, or models or data are not at hand.
    """
    plan = PLANS[name]
    hub = [
        *((data, "dataset") for data in plan.data),
        *([] if plan.from_scratch else [(plan.model, "model")]),
        *([(plan.prior, "model")] if plan.prior else []),
    ]
    missing = [
        repository for repository, kind in dict.fromkeys(hub) if not _cached(repository, kind)
    ]
    reasons = [f"{repository} is not in the hub's cache" for repository in missing]
    if plan.needs:
        reasons.append(plan.needs)
    if reasons:
        raise BadInput(f"{name} cannot run here: {'; '.join(reasons)}; see its plan with --dry-run")


def _cached(repository: str, kind: str) -> bool:
    file = "config.json" if kind == "model" else "README.md"
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        return False
    found = try_to_load_from_cache(repository, file, repo_type=kind)
    return isinstance(found, str)


_DOLMA, _COSMOPEDIA = "allenai/dolma", "HuggingFaceTB/cosmopedia"
_LLAMA, _LLAMA_PRIOR = "meta-llama/Meta-Llama-3-8B", "meta-llama/Meta-Llama-3-8B"
_LLAMA_SIZE, _OLMO_1B_SIZE = 8.03e9, 1.18e9
_GENERAL = ("PIQA", "BoolQ", "OBQA", "ARC-c", "ARC-e", "HellaSwag", "SIQA", "WinoGrande")
_BIOMEDICINE = ("MQP", "ChemProt", "PubMedQA", "RCT", "USMLE")
_ADAPTERS = Lora(rank=16, alpha=32.0)
_PRIOR_CHOICE = (
    "prior: Llama-3-8B as the paper says; the history shows Instruct weights in its jobs"
)
_TEMPERATURE_CHOICE = (
    "temperature of the draw: 1 as the algorithm is printed; the released script divides by 1.5"
)

_UNNAMED = (
    "its texts are no data sets of their own on the hub; give files of them in a recipe of your own"
)
_MESSAGES = "princeton-nlp/less_data holds lists of messages, which no source here reads"
_OTHER_KIND = "architecture: a Llama-style model of the same size, trained as every model here"

PLANS: dict[str, PaperPlan] = {
    "mixtures_gpt2_paper": PaperPlan(
        tables=("1", "9", "13-17"),
        summary="GPT-2 124M on 0, 25, 50, 75 and 100 % synthetic text, five epochs",
        model="openai-community/gpt2",
        parameters=124e6,
        from_scratch=True,
        data=(_DOLMA, _COSMOPEDIA),
        tokens=42e9,
        unique_tokens=16.8e9,
        runs=5,
        tokens_per_step=262_144,
        learning_rate=None,
        tasks=("TruthfulQA", "LogiQA", "WinoGrande", "PIQA", "ARC-e", "BoolQ", "OBQA"),
        chosen=(
            "share of synthetic text: by tokens; the paper counts files",
            "perplexity: whole documents, token-weighted; the paper cuts documents at 1024 tokens",
            "learning rate: 6e-4 with cosine decay, usual at this size",
            _OTHER_KIND,
        ),
        left_out=("epochs 2 to 5 of five: a fit makes one pass over its corpus",),
    ),
    "mixtures_olmo_paper": PaperPlan(
        tables=("11", "14"),
        summary="OLMo-237M on mixtures of human and synthetic text and on selected synthetic text",
        model="allenai/OLMo-1B with 2 layers",
        parameters=237.2e6,
        from_scratch=True,
        data=(_DOLMA, _COSMOPEDIA),
        tokens=8.4e9,
        unique_tokens=25e9,
        runs=13,
        tokens_per_step=2048 * 2048,
        learning_rate=4e-4,
        tasks=("TruthfulQA", "LogiQA", "WinoGrande", "PIQA", "ARC-e", "OBQA"),
        chosen=(
            "warm-up: 200 of 2003 steps; the history has 2000, with which it never ends",
            _OTHER_KIND,
        ),
        left_out=(
            "selections DSIR 1M, Edu 1M, PPL 1M, Density 1M: a fit makes one pass, not fourteen",
            "selections Edu 10M, PPL 10M, Density 10M: there is no such score in `data.selection`",
        ),
    ),
    "pretraining_paper": PaperPlan(
        tables=("2",),
        summary="OLMo-1B from scratch on Dolma v6 samples and on their token-edited version",
        model="allenai/OLMo-1B",
        parameters=_OLMO_1B_SIZE,
        from_scratch=True,
        data=(_DOLMA,),
        tokens=6e9,
        unique_tokens=12e9,
        runs=2,
        tokens_per_step=128 * 2048,
        learning_rate=1e-5,
        prior=_LLAMA_PRIOR,
        prior_parameters=_LLAMA_SIZE,
        scored_tokens=6e9,
        tasks=_GENERAL,
        chosen=(
            _PRIOR_CHOICE,
            _TEMPERATURE_CHOICE,
            "checkpoint: the last of both runs, at equal tokens",
            _OTHER_KIND,
        ),
    ),
    "continual_paper": PaperPlan(
        needs=_UNNAMED,
        tables=("3",),
        summary="OLMo-1B and Llama-3-8B trained on in biomedicine, finance and math",
        model="allenai/OLMo-1B",
        parameters=_OLMO_1B_SIZE,
        from_scratch=False,
        data=("EleutherAI/pile (PubMed abstracts)", "FinGPT news", "open-web-math/open-web-math"),
        tokens=1e9,
        unique_tokens=6e9,
        runs=10,
        tokens_per_step=128 * 2048,
        learning_rate=1e-5,
        prior=_LLAMA_PRIOR,
        prior_parameters=_LLAMA_SIZE,
        scored_tokens=3e9,
        tasks=(*_BIOMEDICINE, "ARC-c", "GPQA", "GSM8K", "MATH", "MMLU"),
        chosen=(
            _PRIOR_CHOICE,
            _TEMPERATURE_CHOICE,
            "instruction data: none is mixed in; the history mixes OpenOrca, the paper names none",
            "cost: counted for OLMo-1B; the four runs of Llama-3-8B (LoRA, 1e-4) come on top",
        ),
    ),
    "finetuning_paper": PaperPlan(
        tables=("4",),
        summary="Llama-3-8B fine-tuned on six instruction sets and on their token-edited version",
        model=_LLAMA,
        parameters=_LLAMA_SIZE,
        from_scratch=False,
        lora=_ADAPTERS,
        data=(
            "Muennighoff/natural-instructions",
            "princeton-nlp/less_data",
            "ise-uiuc/Magicoder-OSS-Instruct-75K",
            "ise-uiuc/Magicoder-Evol-Instruct-110K",
        ),
        tokens=5e7,
        unique_tokens=6e8,
        runs=12,
        tokens_per_step=128 * 1024,
        learning_rate=1e-4,
        prior=_LLAMA_PRIOR,
        prior_parameters=_LLAMA_SIZE,
        scored_tokens=3e8,
        tasks=(
            "PIQA",
            "BoolQ",
            "HellaSwag",
            "SIQA",
            "WinoGrande",
            "ARC-c",
            "GPQA",
            "GSM8K",
            "MMLU",
        ),
        chosen=(
            _PRIOR_CHOICE,
            "tokens, learning rate, rank, scale: published nowhere; here 50 million, 1e-4, 16, 32",
            "context: the prompt is given to the prior; the history edits answers without it",
        ),
        left_out=(f"chain-of-thought and other sets of less_data: {_MESSAGES}",),
    ),
    "ablations_paper": PaperPlan(
        needs=_UNNAMED,
        tables=("5", "7", "8"),
        summary="thresholds, ways of drawing and numbers of candidates in biomedicine",
        model="allenai/OLMo-1B",
        parameters=_OLMO_1B_SIZE,
        from_scratch=False,
        data=("EleutherAI/pile (PubMed abstracts)",),
        tokens=1e9,
        unique_tokens=8e9,
        runs=8,
        tokens_per_step=128 * 2048,
        learning_rate=1e-5,
        prior=_LLAMA_PRIOR,
        prior_parameters=_LLAMA_SIZE,
        scored_tokens=1e9,
        tasks=(*_BIOMEDICINE, "MedMCQA", "MedQA"),
        chosen=("rule: flagged tokens are redrawn; the history's runs delete them",),
    ),
    "repeated_editing_paper": PaperPlan(
        needs=_MESSAGES,
        tables=("15", "16"),
        summary="instruction data edited twice, and Llama-3-8B fine-tuned on each generation",
        model=_LLAMA,
        parameters=_LLAMA_SIZE,
        from_scratch=False,
        lora=_ADAPTERS,
        data=("princeton-nlp/less_data",),
        tokens=5e6,
        unique_tokens=1.5e7,
        runs=3,
        tokens_per_step=128 * 1024,
        learning_rate=1e-4,
        prior=_LLAMA_PRIOR,
        prior_parameters=_LLAMA_SIZE,
        scored_tokens=1.5e7,
        tasks=("PIQA", "BoolQ", "HellaSwag", "SIQA", "WinoGrande"),
        chosen=(
            "data: chain-of-thought, whose rows of Table 4 the table repeats",
            "learning rate, rank, scale: published nowhere; here 1e-4, 16, 32",
        ),
    ),
    "statistics_paper": PaperPlan(
        tables=("6", "18", "figures"),
        summary="token probabilities, perplexities and n-grams of Dolma and Cosmopedia",
        model="Qwen/Qwen2-0.5B-Instruct",
        parameters=0.494e9,
        from_scratch=False,
        data=(_DOLMA, _COSMOPEDIA),
        tokens=0,
        unique_tokens=1.2e10,
        runs=0,
        tokens_per_step=1,
        learning_rate=None,
        prior="Qwen/Qwen2-0.5B-Instruct",
        prior_parameters=0.494e9,
        scored_tokens=1.2e10,
        chosen=(
            "sizes of Dolma (Table 18): quoted by the paper from Dolma's own documentation",
            "judge: Qwen2-0.5B-Instruct reads the first 1024 tokens of a document",
        ),
        left_out=(
            "Figure 14: one hash function of 10,000 buckets, not a thousand of 20,000",
            "Figure 4B: there is no embedding of documents",
        ),
    ),
}
"""Plans by name, as `collapse run` takes it."""
