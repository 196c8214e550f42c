"""The READMEs, word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent
READMES = {"tutorial": PACKAGE / "README.md", "quickstart": PACKAGE.parent.parent / "README.md"}


@pytest.mark.parametrize("name", READMES)
def test_a_readme_runs_and_prints_what_it_says(name, tmp_path):
    blocks = re.findall(r"^```(python|text)\n(.*?)^```$", READMES[name].read_text(), flags=re.MULTILINE | re.DOTALL)
    program = "".join(text for kind, text in blocks if kind == "python")
    expected = "".join(text for kind, text in blocks if kind == "text")
    assert expected
    (tmp_path / "program.py").write_text(program)  # TorchScript reads the source of what it compiles
    command = [sys.executable, "program.py"]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert process.returncode == 0, process.stderr
    assert process.stdout == expected
