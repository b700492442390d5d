"""The verification kit: check an exported log or a receipt on any machine, without the service that made it.

    python -m samen.ledger.kit FILE [--key KEY] [--known CHECKPOINT]...

Needs Python 3.11 and the packages cryptography and rfc8785; no Django, no database, no network.
Exit code: 0 = it holds, 1 = it does not, 2 = it cannot be read.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from samen.ledger.checkpoint import BadCheckpoint, PublicKey, parse_key
from samen.ledger.receipt import FORMAT, BadReceipt, from_json, verify_receipt
from samen.ledger.verify import Report, verify_log

MOST_SHOWN = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file, print what was found, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="samen.ledger.kit", description="Check an exported log or a receipt, offline."
    )
    parser.add_argument("file", type=Path, help="an export of the log, or a receipt")
    parser.add_argument("--key", help="the log's public key as you know it from elsewhere; a receipt needs it")
    parser.add_argument(
        "--known", type=Path, action="append", default=[], help="a checkpoint that you kept from earlier"
    )
    given = parser.parse_args(arguments)
    try:
        key = parse_key(given.key) if given.key else None
        known = [path.read_text() for path in given.known]
        lines, good = check(given.file, key, known)
    except (OSError, UnicodeDecodeError, BadCheckpoint, BadReceipt) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if good else 1


def check(file: Path, key: PublicKey | None, known: Sequence[str]) -> tuple[list[str], bool]:
    """Check a file of either sort: what to print, and whether it holds.

    Raises: OSError, BadReceipt.
    """
    if is_receipt(file):
        if key is None:
            raise BadReceipt("A receipt is checked against the log's public key. Give it with --key.")
        wrongs = verify_receipt(from_json(file.read_bytes()), key)
        return wrongs or ["The receipt holds: the leaf is on the log."], not wrongs
    with file.open("rb") as lines:
        report = verify_log(lines, key=key, known=known)
    return describe(report), report.ok


def is_receipt(file: Path) -> bool:
    """Say whether a file is a receipt, from its beginning."""
    with file.open("rb") as opened:
        return FORMAT.encode() in opened.read(200)


def describe(report: Report) -> list[str]:
    """Give a report as lines of text."""
    lines = [
        f"{report.leaves} leaves, {report.checkpoints} checkpoints, key {report.key or 'unknown'}",
        *(f"  {kind}: {count}" for kind, count in sorted(report.counts.items())),
    ]
    if not report.trusted:
        lines.append(
            "The key came from the file itself. Give the one you know with --key to be sure whose log this is."
        )
    lines += [str(failure) for failure in report.failures[:MOST_SHOWN]]
    if len(report.failures) > MOST_SHOWN:
        lines.append(f"and {len(report.failures) - MOST_SHOWN} more failures")
    return [*lines, "The log holds." if report.ok else "The log does NOT hold."]


if __name__ == "__main__":
    sys.exit(main())
