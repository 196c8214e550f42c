"""Writes the golden files beside it: `python3 make.py`.

Each holds what the original packager hands to Python's `json` module: `python.json` for a Python
package, the others for a TensorFlow package.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent

EVERY_CHARACTER = "".join(map(chr, [*range(1, 0x180), 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600]))


def write(name, node_name_mapping, init_op_names, **new):
    config = {"node_name_mapping": node_name_mapping, "init_op_names": init_op_names, **new}
    with open(HERE / f"{name}.json", "w") as file:
        json.dump(config, file)


write("addition", {"x": "in/x:0", "y": "in/y", "out": "sum:1"}, [])
write("every_character", {EVERY_CHARACTER: "z/y:0", "a": "a"}, ["init", "scope/more"])
write("saved_model", None, [])
write("signature", None, ["init"], signature="größe", tags=["serve", "special"])

with open(HERE / "python.json", "w") as file:
    json.dump({"entrypoint_package": "größe.model", "entrypoint": "get_model"}, file, sort_keys=True)
