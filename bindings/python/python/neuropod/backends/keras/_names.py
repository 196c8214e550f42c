"""The package's names for what Keras names otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuropod._errors import NeuropodValueError
from neuropod._packaging.arguments import Spec
from neuropod.backends.keras._tensors import Tensor

__all__ = ["Names"]


class Names:
    """The names of inputs and outputs.

    Args:
        inputs: The model's inputs.
        outputs: Its outputs.
        mapping: Keras's names by those of the package; without one, they are the same.
    """

    def __init__(self, inputs: list[Tensor], outputs: list[Tensor], mapping: Mapping[str, str] | None) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self._mapping = mapping or None
        self._by_keras = {} if self._mapping is None else _reversed(self._mapping, inputs, outputs)

    @property
    def of_inputs(self) -> dict[str, str]:
        """The package's names of all inputs, by Keras's."""
        return {tensor.name: self._of(tensor, "input") for tensor in self.inputs}

    @property
    def of_outputs(self) -> dict[str, str]:
        """The package's names of all outputs, by Keras's."""
        return {tensor.name: self._of(tensor, "output") for tensor in self.outputs}

    def checked_inputs(self, spec: Spec) -> Spec:
        """The spec, whose names are found to be inputs of the model."""
        return self._checked(spec, "input", self.inputs)

    def checked_outputs(self, spec: Spec) -> Spec:
        """The spec, whose names are found to be outputs of the model."""
        return self._checked(spec, "output", self.outputs)

    @property
    def named_inputs(self) -> dict[str, Tensor]:
        """The inputs that have a name in the package, by it."""
        return {name: tensor for tensor in self.inputs if (name := self._known(tensor)) is not None}

    @property
    def named_outputs(self) -> dict[str, Tensor]:
        """The outputs that have a name in the package, by it."""
        return {name: tensor for tensor in self.outputs if (name := self._known(tensor)) is not None}

    def _known(self, tensor: Tensor) -> str | None:
        return tensor.name if self._mapping is None else self._by_keras.get(tensor.name)

    def _of(self, tensor: Tensor, side: str) -> str:
        name = self._known(tensor)
        if name is not None:
            return name
        raise _wrong(
            f"Keras input/output layer {tensor.name} is not covered by node_name_mapping: add a name for this {side}",
            tensor.name,
        )

    def _checked(self, spec: Spec, side: str, tensors: list[Tensor]) -> Spec:
        for item in spec:
            name = _name(item)
            if self._mapping is not None and name not in self._mapping:
                raise _wrong(f"{side.capitalize()} {name} is not mapped in node_name_mapping.", name)
            if name not in {self._known(tensor) for tensor in tensors}:
                keras_name = f" mapped to {self._mapping[name]}" if self._mapping is not None else ""
                known = ", ".join(tensor.name for tensor in tensors)
                raise _wrong(f"{side.capitalize()} {name}{keras_name} is not in model {side}s, which are {known}", name)
        return spec


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, Mapping) else None


def _reversed(mapping: Mapping[str, str], inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """The package's names by the primary ones of Keras."""
    primary: dict[str, str] = {}
    for tensor in reversed([*inputs, *outputs]):  # of two with one alias, the first has it
        primary.update(dict.fromkeys(tensor.aliases, tensor.name))
    primary.update({tensor.name: tensor.name for tensor in (*inputs, *outputs)})
    names: dict[str, str] = {}
    for name, keras_name in mapping.items():
        if keras_name not in primary:
            known = ", ".join(tensor.name for tensor in (*inputs, *outputs))
            raise _wrong(
                f"{keras_name} is neither a Keras input name nor a Keras output name. The model has {known}", name
            )
        earlier = names.setdefault(primary[keras_name], name)
        if earlier != name:
            raise _wrong(f"`node_name_mapping` has {earlier} and {name} for {keras_name}: expected one name", name)
    return names


def _wrong(message: str, tensor: Any) -> NeuropodValueError:
    return NeuropodValueError(message, "invalid spec", {"tensor": str(tensor)})
