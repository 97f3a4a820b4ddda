import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tasks_for_pool as tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.errors import InputError, WorkerError
from datakit.executors import ProcessPool, Serial, executor
from datakit.executors.wire import Heartbeat


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("killer", "word"),
    [("sigkill", "SIGKILL"), ("segfault", "SIGSEGV"), ("exit", "code 7"), ("hang", "longer than")],
)
def test_a_killer_costs_exactly_itself(killer, word):
    shards = [[1, 2], [3, killer, 4], [5], [killer], [6, 7]]
    got = list(ProcessPool(2, sample_timeout=1.0).map(tasks.double, shards))
    assert got[0] == [2, 4]
    assert got[1][0] == 6
    assert got[1][2] == 8
    assert word in got[1][1]
    assert got[2] == [10]
    assert word in got[3][0]
    assert got[4] == [12, 14]


def test_two_killers_in_one_shard_first_and_last():
    (got,) = ProcessPool(1).map(tasks.double, [["exit", 5, "sigkill"]])
    assert "code 7" in got[0]
    assert got[1] == 10
    assert "SIGKILL" in got[2]


def test_an_exception_of_the_task_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError, match="from the task"):
        list(ProcessPool(2).map(tasks.double, [[1], ["raise"], [2]]))


def test_dying_outside_of_samples_is_not_repeated_forever():
    with pytest.raises(WorkerError, match="outside of any sample"):
        list(ProcessPool(1).map(tasks.die_outside, [[1]]))


def test_what_cannot_be_sent_says_so():
    with pytest.raises(InputError, match="workers=0"):
        list(ProcessPool(1).map(lambda shard, watch: shard, [[1]]))


def test_shards_are_pulled_as_they_are_needed():
    pulled = []

    def shards():
        for i in range(1000):
            pulled.append(i)
            yield [i]

    results = ProcessPool(2).map(tasks.double, shards())
    assert next(results) == [0]
    assert len(pulled) <= 12
    results.close()


def test_nothing_is_left_running():
    results = ProcessPool(2).map(tasks.pid_then_wait, [[i] for i in range(10)])
    pids = {next(results), next(results)}
    results.close()
    assert not any(alive(pid) for pid in pids)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.lists(st.integers(-9, 9), max_size=4), max_size=6))
def test_the_pool_gives_what_serial_gives(shards):
    assert list(ProcessPool(2).map(tasks.double, shards)) == list(
        Serial().map(tasks.double, shards)
    )


SCRIPT = """
import sys, time
sys.path.insert(0, {here!r})
from datakit.executors import ProcessPool
import tasks_for_pool as tasks
for result in ProcessPool(2).map(tasks.{task}, [[1], [2], [{last}]]):
    print(result, flush=True)
"""


def run_script(tmp_path, task, last):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(here=str(Path(__file__).parent), task=task, last=last))
    return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)


def test_a_script_needs_no_main_guard(tmp_path):
    process = run_script(tmp_path, "double", 3)
    out, _ = process.communicate(timeout=60)
    assert out.split() == ["[2]", "[4]", "[6]"]


def test_workers_die_with_a_killed_parent(tmp_path):
    process = run_script(tmp_path, "pid_then_wait", 3)
    pid = int(process.stdout.readline())
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = [int(p) for p in children.read_text().split()] if process.poll() is None else []
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(alive(p) for p in {pid, *workers}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(p) for p in {pid, *workers})


def test_number_of_workers():
    assert isinstance(executor(0), Serial)
    assert executor(3).workers == 3
    assert executor().workers == len(os.sched_getaffinity(0))
    with pytest.raises(InputError, match="-1"):
        executor(-1)


BEAT = """
import sys
from pathlib import Path
from datakit.executors.wire import Heartbeat
beat = Heartbeat(Path(sys.argv[1]))
print(flush=True)
position = 0
while True:
    position += 1
    beat.write(position)
"""


def test_a_heartbeat_is_never_read_half_written(tmp_path):
    file = tmp_path / "beat"
    file.write_bytes(bytes(Heartbeat.SIZE))
    reader = Heartbeat(file)
    reader.write(0)
    command = [sys.executable, "-c", BEAT, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        ages = [time.monotonic() - reader.read()[1] for _ in range(300_000)]
        process.kill()
    reader.close()
    assert max(ages) < 5
