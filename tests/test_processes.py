"""Processes that the harness starts: what it keeps of them."""

import pytest

from bench.measurement.processes import Process, Start

pytestmark = pytest.mark.every_python

WRITES = "import os, time\nfor number in range(300): os.write(2, b'%03d\\n' % number); time.sleep(0.001)"


def test_the_end_of_what_a_process_prints_is_kept_however_small_its_writes_are() -> None:
    process = Process(WRITES, (), start=Start(switch="-c"))

    process.end(60)
    process.kill()

    assert process.output == "".join(f"{number:03}\n" for number in range(300))
