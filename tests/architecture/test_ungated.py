"""Nothing in the tree reaches a model, or writes a score, but behind the gate; and the search finds what hides."""

import ast
from pathlib import Path

import pytest

from tests.architecture.ungated import REASONS, is_guarded, suspects

ROOT = Path(__file__).parents[2] / "samen"

DISGUISES = {
    "a library of models": "import sklearn.linear_model",
    "one part of a library": "from onnxruntime import InferenceSession as Session",
    "inside a function": "def band(n):\n    from torch import nn\n    return nn.Linear(1, 1)(n)",
    "a client of somebody's model": "import openai as words",
    "a call to an address": "from urllib.request import urlopen as look\nlook('http://127.0.0.1:11434/api/generate')",
    "a web client": "from httpx import post",
    "a name put together": "from importlib import import_module as get\nget('sk' + 'learn')",
    "the built-in by its name": "__import__('sk' + 'learn')",
    "out of the dictionary of built-ins": "import builtins\nvars(builtins)['__imp' + 'ort__']('torch')",
    "out of what is loaded": "import sys\nsys.modules['tor' + 'ch'].load('band.pt')",
    "code in a sentence": "exec('import sk' 'learn')",
    "a model kept in a file": "import pickle\npickle.load(open('band.bin', 'rb'))",
    "another program": "import subprocess\nsubprocess.run(['llama', '-p', text])",
    "a shell": "import os\nos.popen('llama')",
    "native code": "from ctypes import CDLL\nCDLL('libllama.so')",
    "a file run by its path": "import runpy\nrunpy.run_path('band.py')",
    "a score written by hand": "from samen.rights.models.inference import InferenceRecord\nInferenceRecord.objects.create(body=b'low')",
    "a score written through its module": "from samen.rights.models import inference\ninference.InferenceRecord.objects.bulk_create(rows)",
}


@pytest.mark.row("P1")
@pytest.mark.parametrize("code", DISGUISES.values(), ids=DISGUISES)
def test_a_disguised_model_call_is_found(code: str):
    assert suspects(ast.parse(code), "rooms/treatment/views.py")


@pytest.mark.row("P1")
def test_nothing_in_the_tree_reaches_a_model_but_behind_the_gate():
    found = [
        f"{file.relative_to(ROOT)}:{line}: {what}"
        for file in sorted(ROOT.rglob("*.py"))
        for line, what in suspects(ast.parse(file.read_text()), str(file.relative_to(ROOT)))
    ]
    assert found == []


@pytest.mark.parametrize("path", ["rooms/treatment/inference.py", "rooms/crisis/inference/rules.py"])
def test_what_stands_behind_inference_is_the_gates_to_call(path: str):
    assert is_guarded(path)


@pytest.mark.parametrize(
    "path",
    [
        "rooms/treatment/views.py",
        "rooms/inference.py",
        "rights/store/inference.py",
        "rooms/treatment/views/inference.py",
    ],
)
def test_a_name_alone_puts_nothing_behind_the_gate(path: str):
    assert not is_guarded(path)


@pytest.mark.parametrize("path", REASONS)
def test_each_reason_is_still_needed(path: str):
    reached = {what for _, what in suspects(ast.parse((ROOT / path).read_text()))}
    assert reached >= set(REASONS[path])
