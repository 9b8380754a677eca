"""Primes: residues are a field for no other modulus."""


def check_prime(p: int) -> None:
    """Refuse a modulus whose residues are no field.

    Raises:
        ValueError: p is no prime.
    """
    import sympy  # late: a command that reads settings alone has no modulus to look at

    if not sympy.isprime(p):
        raise ValueError(f"the modulus is {p}, which is no prime; its residues are no field")
