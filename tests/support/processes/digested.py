"""Loading this reads the code that stages rest on, once for all processes that are forked then."""

from benchmarks.chains.text.human_text import prepare
from benchmarks.chains.work.corpora import check_health
from benchmarks.chains.work.edit import edit
from benchmarks.chains.work.evaluate import evaluate
from benchmarks.chains.work.fit import fit
from benchmarks.chains.work.sample import sample
from benchmarks.running.code import code_of

for work in (prepare, check_health, fit, sample, edit, evaluate):
    code_of(work)
