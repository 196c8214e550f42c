"""How a model looks in a terminal and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from neuropod.loader import Neuropod, TensorSpec


def text(model: Neuropod) -> str:
    """A line for the model, and one for each input and output."""
    backend, version = model.backend
    lines = [f"<Neuropod {model.name!r}: {model.platform}, {backend} {version}"]
    sides: list[tuple[str, list[TensorSpec]]] = [("input", model.inputs), ("output", model.outputs)]
    names = [spec["name"] for _, specs in sides for spec in specs]
    width = max(map(len, names), default=0)
    for side, specs in sides:
        lines += [f"  {side:<6}  {spec['name']:<{width}}  {spec['dtype']}{shape(spec)}" for spec in specs]
    return "\n".join(lines) + ">"


def html(model: Neuropod) -> str:
    """A table of the specs."""
    backend, version = model.backend
    rows = [_row("input", spec) for spec in model.inputs] + [_row("output", spec) for spec in model.outputs]
    return (
        f"<table><caption><b>{escape(model.name)}</b> ({escape(model.platform)}, {escape(backend)} "
        f"{escape(version)})</caption><thead>{_cells('th', ['', 'name', 'dtype', 'shape'])}</thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def shape(spec: TensorSpec) -> str:
    """``[batch, 3, ?]``: a question mark stands for any size."""
    return "[" + ", ".join("?" if size is None else str(size) for size in spec["shape"]) + "]"


def _row(side: str, spec: TensorSpec) -> str:
    return _cells("td", [side, spec["name"], spec["dtype"], shape(spec)])


def _cells(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
