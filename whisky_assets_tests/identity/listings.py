"""Makes listings from names, as tests of matching need them."""

from whisky_assets.identity.model import Facts, Subject, facts_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

REFERENCE = load_reference()


def listing(
    name: str,
    abv_pct: float | None = None,
    *,
    at: str = "shop:1",
    gtin14: str | None = None,
    volume_ml: int | None = 700,
    number_space: str | None = None,
    cut_at: int | None = None,
) -> Subject:
    """A listing whose name is read with the shipped tables; `at` is its key."""
    id_space, _, source_id = at.partition(":")
    return Subject(
        id_space=id_space,
        source_id=source_id,
        name=name,
        parsed=parse_name(name, REFERENCE),
        abv_pct=abv_pct,
        gtin14=gtin14,
        volume_ml=volume_ml,
        number_space=number_space,
        cut_at=cut_at,
        release="2026",
    )


def facts(name: str, abv_pct: float | None = None, *, at: str = "shop:1") -> Facts:
    """The facts of a listing that stands alone in its block."""
    return facts_of(listing(name, abv_pct, at=at))
