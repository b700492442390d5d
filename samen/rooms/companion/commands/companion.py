"""`samen companion`: check the modules, and replay dialogues of a file through the gate, in nobody's record."""

import json
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.companion import compiler, replaying, systems
from samen.rooms.companion.commands import guide
from samen.rooms.companion.dialogue import BadModule, Problem
from samen.rooms.companion.library import intents_of, module_of
from samen.rooms.companion.store import drafts, modules
from samen.words import say

CHUNK = 200  # turns in one run of the ring

app = typer.Typer(help="The companion: check its modules, replay dialogues.", no_args_is_help=True)
app.add_typer(guide.app, name="guide")


@app.callback()
def _companion() -> None:
    """Check the modules of the companion, and replay dialogues."""


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="One module; left out: all that are shipped.", exists=True)
    ] = None,
) -> None:
    """Say what is wrong with modules, and where. Exit code 1 when something is."""
    wrong = 0
    for each in [file] if file is not None else modules.files():
        try:
            module = module_of(each.read_bytes())
            found = compiler.check(module, modules.never())
            typer.echo(f"{each.name}: {len(module.screens)} screens, {compiler.depth(module)} turns deep")
        except BadModule as bad:
            found = list(bad.problems)
            typer.echo(each.name)
        for problem in found:
            _tell(problem)
        wrong += len(found)
    if file is None:
        wrong += _check_adopted() + _check_subjects()
    if wrong:
        raise typer.Exit(1)


def _tell(problem: Problem) -> None:
    values = dict(problem.values)
    if "language" in values:
        values["language"] = say(f"companion.editor.language.{values['language']}", "en")
    typer.echo(f"  {problem.where}: {say(f'companion.problem.{problem.key}', 'en', **values)}", err=True)


def _check_adopted() -> int:
    """Say what is wrong with the versions that this service approved: rules of a later release may ask more."""
    wrong = 0
    for name, text in drafts.texts_of(list(drafts.approved().values())).items():
        module = module_of(text.encode())
        found = compiler.check(module, modules.never())
        typer.echo(f"{name}: version {module.version} of this service, {len(module.screens)} screens")
        for problem in found:
            _tell(problem)
        wrong += len(found)
    return wrong


def _check_subjects() -> int:
    """Say what is wrong with the subjects that people bring up; gives how much that is."""
    subjects = [each for file in modules.subject_files() for each in intents_of(tomllib.loads(file.read_text()))]
    found = compiler.check_subjects(subjects, {each.stem for each in modules.files()}, modules.never())
    typer.echo(f"{len(subjects)} subjects")
    for problem in found:
        _tell(problem)
    return len(found)


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help='JSON Lines: {"conversation", "turn", "text", "language"}.', exists=True)
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the replies go, one line each, in the same order.")],
    llm: Annotated[
        str,
        typer.Option(
            "--llm", help="Address of a language model, such as http://127.0.0.1:9/v1; then no run is like another."
        ),
    ] = "",
    model: Annotated[str, typer.Option("--model", help="Its name there.")] = "default",
) -> None:
    """Feed dialogues turn by turn, each to a made-up person of its own. Text after "/" presses a button. Test material only."""
    going: dict[str, replaying.Going] = {}
    reword = partial(_reworded, llm, model) if llm else _as_written
    if llm and not gate.extra_missing(systems.REPHRASE.manifest.extra):
        systems.ready_for_words()
    order: list[tuple[str, int | str]] = []
    kept: dict[tuple[str, int | str], list[str]] = {}
    try:
        with file.open(encoding="utf-8") as lines:
            asked = list(replaying.turns(lines))
    except (replaying.BadLine, UnicodeDecodeError) as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from wrong
    order = [(each.conversation, each.turn) for each in asked]
    for run in replaying.chunks(asked, CHUNK):
        ran = gate.trial(systems.TALK, replaying.material(run, going), actor=None)
        if isinstance(ran, Denied):
            typer.echo(say(f"rights.denied.{ran.code}", "en"), err=True)
            raise typer.Exit(1)
        values = [finding.value for finding, _ in ran.findings]
        for answer in replaying.answers(run, values, going, modules.in_use(), systems.number_lines, reword):
            line = json.dumps(answer, ensure_ascii=False)
            kept.setdefault((answer["conversation"], answer["turn"]), []).append(line)
    with out.open("w", encoding="utf-8") as answers:
        answers.writelines(kept[each].pop(0) + "\n" for each in order)


def _as_written(reply: Mapping[str, Any], text: str, said: str, language: str) -> str:
    return text


def _reworded(url: str, model: str, reply: Mapping[str, Any], text: str, said: str, language: str) -> str:
    """Ask a language model for other words, as a validation run; the written text stands at any doubt."""
    wish = {"scripted": text, "said": said, "language": language, "url": url}
    if not systems.may_be_worded(reply):
        return text
    ran = gate.trial(systems.REPHRASE, [{"wishes": [wish], "model": model, "language": language}], actor=None)
    if isinstance(ran, Denied):
        typer.echo(say(f"rights.denied.{ran.code}", "en"), err=True)
        raise typer.Exit(1)
    found: str = ran.findings[0][0].value["text"]
    return found or text
