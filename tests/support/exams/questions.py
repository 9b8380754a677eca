"""Questions of an exam that nobody sat, all unlike each other."""

_TOPICS = (
    "femur", "retina", "insulin", "malaria", "penicillin", "cornea", "thyroid", "asthma",
    "scurvy", "measles", "aorta", "spleen", "kidney", "pancreas", "epilepsy", "anthrax",
    "cholera", "glaucoma", "psoriasis", "tetanus",
)  # fmt: skip
_FORMS = (
    "A patient with {topic} number {i} comes to clinic {j}; what would you examine first, and why?",
    "Which drug of group {j} is given when {topic} is found on day {i} of an acute illness?",
    "Name the enzyme, deficient in {topic} of type {i}, that physicians of ward {j} measure daily.",
    "Before surgery for {topic} in year {i}, which of {j} laboratory values matters most to you?",
)
QUESTIONS = tuple(
    _FORMS[at % len(_FORMS)].format(topic=topic, i=101 + 7 * at, j=500 + 3 * at)
    for at, topic in enumerate(_TOPICS)
)
"""Twenty questions of fifteen words and more."""
