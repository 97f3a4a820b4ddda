"""Which samples stay, and how often: one selection a file, found by the names recipes use."""

from __future__ import annotations

from importlib import import_module

from datakit.curation.selections.selection import Choice, Selection

__all__ = ["SELECTIONS", "Choice", "Selection", "selection_class"]

SELECTIONS: dict[str, str] = {
    "drop": "drop:Drop",
    "keep": "keep:Keep",
    "separate_splits": "separate_splits:SeparateSplits",
    "deduplicate": "deduplicate:Deduplicate",
    "balance": "balance:Balance",
    "limit": "limit:Limit",
}
"""Name of a selection -> "module:Class" in this room, in the order that suits a recipe."""


def selection_class(place: str) -> type:
    """The class that an entry of `SELECTIONS` names; its libraries are imported now."""
    module, _, name = place.partition(":")
    found: type = getattr(import_module(f"datakit.curation.selections.{module}"), name)
    return found
