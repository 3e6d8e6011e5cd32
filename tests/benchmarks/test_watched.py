"""What a process took, apart from what its parent holds."""

import sys

import pytest

from tests.benchmarks.watched import watched


def test_a_process_is_measured_without_its_parent() -> None:
    held = bytearray(b"x") * 120_000_000
    done = watched([sys.executable, "-c", "print('one'); print('two')"], {})
    assert done.told == "one\ntwo\n"
    assert 0 < done.peak_mb < len(held) / 2**20 / 2
    assert 0 < done.told_after <= done.seconds


def test_when_the_first_line_stood_there_is_told_apart() -> None:
    done = watched([sys.executable, "-c", "import time; print('one', flush=True); time.sleep(0.4); print('two')"], {})
    assert done.told_after < done.seconds - 0.3


def test_what_its_children_hold_counts() -> None:
    child = "held = bytearray(b'x') * 80_000_000"
    done = watched(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"], {}
    )
    assert done.peak_mb > 76


def test_a_failure_says_what_was_printed() -> None:
    with pytest.raises(RuntimeError, match="what went wrong"):
        watched([sys.executable, "-c", "print('what went wrong'); raise SystemExit(3)"], {})
