"""The recipes about story style transfer, gathered from the family's rooms.

Of tier smoke there are two: `story_style` measures views, judges and floors, `story_style_linear`
the disentangling loss on linear representations.
"""

from collections.abc import Callable, Mapping

from benchmarks.families.story_style.chain.study import RECIPES as CHAIN
from benchmarks.families.story_style.floors.study import RECIPES as FLOORS
from benchmarks.families.story_style.linear.study import RECIPES as LINEAR
from benchmarks.families.story_style.model.study import RECIPES as MODEL
from benchmarks.families.story_style.paper.study import story_style_paper_english
from benchmarks.paper.family import AnyRecipe

RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    **FLOORS,
    **LINEAR,
    **MODEL,
    **CHAIN,
    story_style_paper_english.__name__: story_style_paper_english,
}
"""All recipes of the family by name, the one to begin with first."""
