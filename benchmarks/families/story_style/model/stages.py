"""The stages of one system: what all seeds share, what arms of a seed share, and its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.chains.starting import BASE_SEED
from benchmarks.families.story_style.model.settings import ModelSettings, System
from benchmarks.families.story_style.model.work import fits, judging, probing, stories, writing
from benchmarks.families.story_style.model.work.works import identities
from benchmarks.running.bench import Bench
from benchmarks.running.record import as_metrics
from benchmarks.running.stage import File, Stage
from data.errors import BadInput
from data.files import folder_identity
from lightning_modules.story_style.settings import StoryFit, StoryLosses


class _Begun(NamedTuple):
    """What the arms of a seed share."""

    texts: Stage
    """Stories of the base, and the tokenizer."""
    base: File | None
    """Weights that the rewriter begins with; None where it begins with a checkpoint."""
    pair: Stage
    """Stories of the two authors, divided for the seed."""
    classifier: Stage
    other_classifier: Stage
    """Like the first, of the works that it has not read; it has no part in any loss."""
    filler: Stage


class Arm:
    """The stages of one system, in their order.

    Args:
        study: The study.
        system: How the system rewrites.
        seed: Replicate; it draws which works are held out, and orders.
        bench: Runs the stages.

    Raises:
        BadInput: A step of the first stage is divided, whose parts may be of one style.
    """

    def __init__(self, study: ModelSettings, system: System, seed: int, bench: Bench) -> None:
        fit = study.rewriting.fit
        if fit.parts_per_step > 1:
            raise BadInput(
                f"rewriting.fit.windows_at_once is {fit.windows_at_once}, less than a step of "
                f"{fit.windows_per_step}: such a part may be of one style, which has no "
                "disentangling loss; leave it out"
            )
        self.study, self.system, self.seed, self.bench = study, system, seed, bench
        self.made: list[Stage] = []

    def run(self) -> Sequence[Stage]:
        """Run all stages; the last one judges what was written."""
        begun = self._begun()
        weights = self._rewriter(begun)
        written = self._run(
            "written",
            writing.rewrite_stories,
            **self._of_model(begun, weights),
            filler=begun.filler.file("model"),
            classifier=begun.classifier.file("model"),
            other_classifier=begun.other_classifier.file("model"),
        )
        self._run(
            "probed",
            probing.probe_rewriter,
            **self._of_model(begun, weights),
            learnt=begun.pair.file("train.jsonl"),
            base_stories=begun.texts.file("stories.jsonl"),
            probed=self.study.probed_stories,
        )
        self._run(
            "judged",
            judging.judge_rewritten,
            rewritten=written.file("rewritten.jsonl"),
            learnt=begun.pair.file("train.jsonl"),
            held_out=begun.pair.file("test.jsonl"),
            authors=list(self.study.authors),
            kept=self.study.kept,
            seed=self.seed,
        )
        return self.made

    def _run(self, kind: str, *arguments: Any, **named: Any) -> Stage:
        stage = self.bench.run(0, kind, *arguments, **named)
        self.made.append(stage)
        return stage

    def _begun(self) -> _Begun:
        study = self.study
        cut = {"sentences": study.sentences, "words": study.words}
        texts = self._run(
            "base_stories",
            stories.prepare_base,
            authors=list(study.base_authors),
            content=[*identities(study.base_authors), *self._start()],
            **cut,
            masked_share=study.masked_share,
            vocabulary_size=study.model.vocabulary_size,
            start=study.model.start,
            context=study.model.context,
            seed=BASE_SEED,
        )
        base = own_base = self._base_of_rewriters("base", texts, order=1.0)
        if not self.system.losses.order:
            own_base = self._base_of_rewriters("base_no_order", texts, order=0.0)
        base_filler = self._base("base_filler", fits.fit_filler, texts, study.base_filling)
        pair = self._run(
            "stories",
            stories.prepare_pair,
            authors=study.authors,
            content=identities(study.authors),
            **cut,
            masked_share=study.masked_share,
            context=study.model.context,
            tokenizer=texts.file("tokenizer"),
            test_stories=study.test_stories,
            seed=self.seed,
        )
        classifier, other_classifier = (
            self._fit(
                kind,
                fits.fit_classifier,
                texts,
                stories=pair.file(f"{half}.jsonl"),
                held_out=pair.file("test.jsonl"),
                settings=study.classifier,
                base=base,
            )
            for kind, half in (("classifier", "seen"), ("other_classifier", "unseen"))
        )
        filler = self._fit(
            "filler",
            fits.fit_filler,
            texts,
            stories=pair.file("train.jsonl"),
            settings=study.filling,
            base=base_filler,
        )
        return _Begun(texts, own_base, pair, classifier, other_classifier, filler)

    def _base_of_rewriters(self, kind: str, texts: Stage, order: float) -> File | None:
        """Weights of a base of the first stage; classifiers begin with it too.

        Args:
            kind: Name of the stage.
            texts: Stories of the base.
            order: Weight of the loss of order: a system without it has a base without it.
        """
        losses = StoryLosses(
            own=1.0, disentangling="none", style=0.0, order=order, words=self.study.base_words
        )
        return self._base(
            kind, fits.fit_rewriter, texts, self.study.base,
            losses=losses, masked=True, classifier=None,
        )  # fmt: skip

    def _base(
        self,
        kind: str,
        work: Callable[..., Mapping[str, Any]],
        texts: Stage,
        settings: StoryFit | None,
        **given: Any,
    ) -> File | None:
        """Weights of a base, which is the same for all seeds; None where there is none."""
        if settings is None:
            return None
        own = {"stories": texts.file("stories.jsonl"), "authors": (), "seed": BASE_SEED}
        return self._fit(kind, work, texts, settings=settings, base=None, **own, **given).file(
            "model"
        )

    def _fit(
        self, kind: str, work: Callable[..., Mapping[str, Any]], texts: Stage, **given: Any
    ) -> Stage:
        """A fit to the stories of both authors at the seed, unless it is given others."""
        usual = {"authors": list(self.study.authors), "seed": self.seed, "shape": self.study.model}
        tokenizer = texts.file("tokenizer")
        return self._run(kind, work, name=kind, tokenizer=tokenizer, **{**usual, **given})

    def _start(self) -> list[str]:
        """Identity of the checkpoint, if models begin with one."""
        start = self.study.model.start
        return [] if start is None else [folder_identity(start)]

    def _rewriter(self, begun: _Begun) -> File:
        stage = self._fit(
            "rewriter",
            fits.fit_rewriter,
            begun.texts,
            stories=begun.pair.file("train.jsonl"),
            losses=self.system.losses,
            style_of=self.study.style_of,
            masked=not self.system.one_stage,
            settings=self.study.rewriting,
            base=begun.base,
            classifier=begun.classifier.file("model"),
        )
        return stage.file("model")

    def _of_model(self, begun: _Begun, weights: File) -> dict[str, Any]:
        """What the stages are given that use the fitted rewriter."""
        return {
            "stories": begun.pair.file("test.jsonl"),
            "erased_by": begun.pair.file("seen.jsonl"),
            "tokenizer": begun.texts.file("tokenizer"),
            "authors": list(self.study.authors),
            "shape": self.study.model,
            "writing": self.study.writing,
            "rewriter": weights,
            "is_erased": self.system.is_erased,
            "one_stage": self.system.one_stage,
            "seed": self.seed,
        }


def gathered(stages: Sequence[Stage]) -> Mapping[str, Any]:
    """All measures of one system by name, and the stories that are kept word by word."""
    measures = {
        name: one for stage in stages for name, one in stage.facts.get("measures", {}).items()
    }
    return {
        "metrics": as_metrics(measures),
        "examples": [one for stage in stages for one in stage.facts.get("examples", ())],
    }
