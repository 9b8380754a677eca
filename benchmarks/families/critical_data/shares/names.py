"""Names of the chains of a study of shares: the controls, and one for each share."""

CONTROLS = ("fresh_human", "same_human", "replace")
"""Workflows that are run beside the shares."""


def share_key(share: float) -> str:
    """Name of a share in a record's metrics."""
    return f"share_{share:g}"
