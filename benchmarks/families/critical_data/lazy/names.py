"""Names of what a lazy student's record holds: a share, a penalty, and a part of the questions."""


def metric_name(share: float, penalty: float, part: str) -> str:
    """Name of a share right in a record's metrics: `s0.5/l1e-06/right`."""
    return f"s{share:g}/l{penalty:g}/{part}"
