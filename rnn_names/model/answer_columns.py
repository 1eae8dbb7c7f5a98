"""The columns of an answer, for frames, tables and JSON alike: their names, and what they hold."""

TOP = "top"  # the countries in JSON, in place of further columns


def of_countries(top_k: int) -> dict[str, type]:
    """The `top_k` countries, each with its probability, then the unknown letters."""
    places = ["", *(f"_{place}" for place in range(2, top_k + 1))]
    kinds: dict[str, type] = {}
    for place in places:
        kinds |= {f"country{place}": str, f"probability{place}": float}
    return {**kinds, "unknown_letters": str}


def of_group(what: str) -> dict[str, type]:
    """The group, called `what`, with its probability; the answer, and its level: see `fall_back`."""
    return {what: str, f"{what}_probability": float, "answer": str, "level": str} if what else {}
