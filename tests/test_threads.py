"""Threads for one call: how many, in which order, and what ends them."""

import builtins
import io
import os
import threading
import time

import pytest
from processes import linux, posix, run_code

from fastnpjson._threads import Workers, batches, count_of


def test_a_number_is_itself():
    assert [count_of(number) for number in (1, 2, 64)] == [1, 2, 64]


@pytest.mark.parametrize("threads", [0, -1, True, False, "2", "", b"auto"])
def test_what_is_no_number_of_threads(threads):
    with pytest.raises((TypeError, ValueError)):
        count_of(threads)


def test_a_float_is_no_number_of_threads():
    with pytest.raises(TypeError):
        count_of(2.0)


def with_groups(monkeypatch, files, processors=8):
    """Have a machine with so many processors, and these files of control groups."""
    real = builtins.open

    def opened(path, *arguments):
        if not str(path).startswith(("/proc/self/cgroup", "/sys/fs/cgroup")):
            return real(path, *arguments)
        if path not in files:
            raise FileNotFoundError(path)
        return io.StringIO(files[path])

    monkeypatch.setattr(builtins, "open", opened)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "1000 100000\n"}, 1),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "1600000 100000\n"}, 8),
        (
            {
                "/proc/self/cgroup": "0::/a.slice/b.service\n",
                "/sys/fs/cgroup/a.slice/cpu.max": "300000 100000\n",
                "/sys/fs/cgroup/a.slice/b.service/cpu.max": "max 100000\n",
            },
            3,
        ),
        (
            {
                "/proc/self/cgroup": "3:cpu,cpuacct:/docker/1\n2:memory:/docker/1\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            {
                "/proc/self/cgroup": "3:cpu:/\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            8,
        ),
        ({"/proc/self/cgroup": "what is this\n"}, 8),
    ],
    ids=["none", "max", "rounded-up", "less-than-one", "more-than-there-are", "parent", "v1", "v1-none", "unknown"],
)
def test_auto_is_what_the_process_may_use(files, expected, monkeypatch):
    with_groups(monkeypatch, files)
    assert count_of("auto") == expected


def test_auto_without_affinity(monkeypatch):
    with_groups(monkeypatch, {})
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_of("auto") == 1


@linux
def test_auto_is_the_affinity_of_this_process():
    code = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); from fastnpjson import _threads as t"
    assert run_code(f"{code}; print(t.count_of('auto'))").stdout == "1\n"


def names_of_threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("fastnpjson")]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(count):
    def call(number):
        time.sleep(0.001 * (number % 3))
        return number**2

    with Workers(count) as workers:
        assert [(n, result()) for n, result in workers.in_order(call, range(40))] == [(n, n**2) for n in range(40)]
    assert not names_of_threads()


@pytest.mark.parametrize("count", [2, 3])
def test_threads_work_at_the_same_time(count):
    barrier = threading.Barrier(count)
    with Workers(count) as workers:
        for _, result in workers.in_order(lambda _: barrier.wait(10), range(3 * count)):
            result()


@pytest.mark.parametrize("items", [[], [7]])
def test_no_thread_for_one_item(items, monkeypatch):
    monkeypatch.setattr(Workers, "_executor", None)  # what is not called
    with Workers(3) as workers:
        assert [result() for _, result in workers.in_order(lambda _: threading.current_thread(), items)] == [
            threading.current_thread() for _ in items
        ]


def test_few_items_are_taken_ahead():
    taken = []
    with Workers(3) as workers:
        results = workers.in_order(str, (taken.append(n) or n for n in range(1000)))
        for number, (_, result) in enumerate(results):
            assert result() == str(number)
            assert len(taken) <= number + 6


@pytest.mark.parametrize("count", [1, 3])
def test_an_error_comes_in_its_turn(count):
    def call(number):
        if number == 5:
            raise KeyError(number)
        return number

    def items():
        yield from range(20)
        raise LookupError("of the items")

    results = []
    with pytest.raises(KeyError), Workers(count) as workers:
        results.extend(result() for _, result in workers.in_order(call, items()))
    assert results == list(range(5))
    results = []
    with pytest.raises(LookupError, match="of the items"), Workers(count) as workers:
        results.extend(result() for _, result in workers.in_order(str, items()))
    assert len(results) == 20
    assert not names_of_threads()


def test_what_is_left_is_not_begun():
    begun = []

    def call(number):
        begun.append(number)
        time.sleep(0.01)

    with Workers(2) as workers:
        for _, result in workers.in_order(call, range(100)):
            result()
            break
    assert len(begun) < 8
    assert not names_of_threads()


def test_the_caller_works_where_no_thread_can_be_made(monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with Workers(3) as workers:
        assert [result() for _, result in workers.in_order(str, range(20))] == [str(n) for n in range(20)]


@posix
def test_a_child_of_fork_does_the_work_itself():
    done = run_code(
        """
        import os, warnings
        from fastnpjson._threads import Workers
        warnings.simplefilter("ignore")  # Python 3.12 warns of a fork in a process with threads
        with Workers(2) as workers:
            results = workers.in_order(str, range(20))
            texts = [next(results)[1]()]
            child = os.fork()
            texts += [result() for _, result in results]
            assert texts == [str(n) for n in range(20)]
        if child:
            assert os.waitpid(child, 0)[1] == 0
            print("done")
        """
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_the_caller_works_at_the_end_of_the_interpreter():
    done = run_code(
        """
        import atexit, threading
        from fastnpjson._threads import Workers
        def work():
            with Workers(2) as workers:
                print([result() for _, result in workers.in_order(str, range(5))])
        atexit.register(work)
        """
    )
    assert (done.returncode, done.stdout) == (0, "['0', '1', '2', '3', '4']\n"), done.stderr


def test_an_abandoned_iterator_keeps_no_interpreter_alive():
    done = run_code(
        """
        from fastnpjson._threads import Workers
        def numbers():
            with Workers(2) as workers:
                yield from workers.in_order(str, range(100))
        results = numbers()
        print(next(results)[1]())
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_it_is_imported_when_it_is_needed():
    code = (
        "import sys, fastnpjson; fastnpjson.Encoder(threads=2).encode([1]); print('concurrent.futures' in sys.modules)"
    )
    assert run_code(code).stdout == "False\n"


def test_batches_are_large_enough():
    assert [*batches([3, 4, 9, 1, 1], int, 7)] == [[3, 4], [9], [1, 1]]
    assert [*batches([3, 4], int, 0)] == [[3], [4]]
    assert [*batches([], int, 7)] == []


def test_an_error_comes_after_the_batch_before_it():
    def items():
        yield from (3, 4, 1)
        raise KeyError

    found = []
    with pytest.raises(KeyError):
        found.extend(batches(items(), int, 7))
    assert found == [[3, 4], [1]]
