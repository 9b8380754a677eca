"""The two ways in which a command ends early: bad input, and a run or check that failed.

The command line catches these two classes and no others, prints their message as one line, and
exits with 2 or 1. Any other exception is a defect of ours and shows its traceback.
"""


class BadInput(ValueError):
    """What a user gave cannot be used; the message names the place and the mend (exit code 2)."""


class RunFailed(RuntimeError):
    """A run or a check came to a bad end that is no fault of its input (exit code 1)."""
