"""The ways of counting. Each is begun with a contestant, counts what a number
of units take as often as it is asked, and is ended. A count is a Counter."""
from collections import Counter
import os
import signal
import struct
import subprocess

from . import contestant as ends
from . import arithmetic, machine
from .machine import ENDS, Void


class Instructions:
    """In user space, by (object, function): callgrind. Functions that the
    source marks as done by time (lib/util/by_time.h) are left out with all
    that they call: under valgrind few connections fill a second."""

    parallel = 4  # more makes time-outs
    warm = 24

    def __init__(self, case, contestant, options):
        self.case, self.contestant, self.options = case, contestant, options
        self.units = case.slow
        self.out = os.path.join(contestant.folder, 'callgrind')
        os.makedirs(self.out, exist_ok=True)
        os.chmod(self.out, 0o777)
        self.profiles()  # the one before told of its end
        if not contestant.forks:
            self.start()
            self.load(self.warm)

    @staticmethod
    def size(count):
        return arithmetic.total(count['insn'])

    def start(self):
        self.contestant.start(self.case, [
            'valgrind', '-q', '--tool=callgrind', '--vgdb-poll=100000000',
            f'--vgdb-prefix={self.out}/vgdb',
            f'--callgrind-out-file={self.out}/profile.%p'] +
            [f'--toggle-collect={name}'
             for name in by_time(self.contestant.binary)] +
            ['--collect-atstart=yes'])

    def load(self, units):
        ends.load(self.case, self.contestant, units, self.parallel)

    def control(self, command):
        ends.run(['vgdb', f'--vgdb-prefix={self.out}/vgdb',
                  f'--pid={self.contestant.pid}', command], timeout=120)

    def count(self, units):
        if self.contestant.forks:
            return self.count_whole_run(units)
        self.control('zero')
        self.load(units)
        self.control('dump')
        return self.take()

    def count_whole_run(self, units):
        """Start, load and end; start and end fall out of the slope."""
        self.start()
        try:
            self.load(self.warm + units)
        finally:
            self.contestant.stop()
        return self.take()

    def profiles(self):
        """What was dumped since the last time; its files are gone then."""
        cost = Counter()
        for name in os.listdir(self.out):
            if name.startswith('profile.'):
                path = os.path.join(self.out, name)
                with open(path, encoding='utf-8', errors='replace') as f:
                    cost.update(arithmetic.read_profile(f))
                os.unlink(path)
        return cost

    def take(self):
        cost = self.profiles()
        if not cost:
            raise Void('callgrind told nothing')
        return {'insn': cost}

    def end(self):
        if not self.contestant.forks:
            self.contestant.stop()


def by_time(binary):
    """The functions in section by_time of a binary of ours."""
    if binary is None:
        return []
    table = ends.run(['readelf', '-SW', binary])
    sections = [line.split(']')[0].strip(' [') for line in table.splitlines()
                if '] by_time ' in line]
    symbols = [line.split()
               for line in ends.run(['readelf', '-sW', binary]).splitlines()]
    return [s[7] for s in symbols
            if len(s) > 7 and s[3] == 'FUNC' and s[6] in sections]


class Calls:
    """System calls by name, and TCP segments of all four ends."""

    parallel = 16
    warm = 64

    def __init__(self, case, contestant, options):
        self.case, self.contestant = case, contestant
        self.units = case.native
        self.table = os.path.join(contestant.folder, 'calls')
        contestant.start(case)
        ends.load(case, contestant, self.warm, self.parallel)
        self.tracer = 'strace' if contestant.new_threads else options.tracer

    @staticmethod
    def size(count):
        return arithmetic.total(arithmetic.judged(count['calls']))

    def count(self, units):
        before = machine.segments()
        tracer = self.attach()
        try:
            ends.load(self.case, self.contestant, units, self.parallel)
        finally:
            self.detach(tracer)
        sent = machine.segments() - before
        with open(self.table, encoding='utf-8') as f:
            text = f.read()
        if 'LOST' in text:
            raise Void('perf lost events')
        return {'calls': arithmetic.read_calls(text), 'segments': sent}

    def attach(self):
        """Returns when every call is seen."""
        pids = machine.tree(self.contestant.pid)
        if self.tracer == 'perf':
            command, ready = self.perf(pids)
        else:
            command, ready = self.strace(pids)
        process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        if not machine.wait_until(lambda: ready(process), 60):
            self.detach(process)
            raise Void(f'{self.tracer} may not look at it')
        return process

    def strace(self, pids):
        return (['strace', '-f', '-c', '-U', 'name,calls', '-o', self.table] +
                [x for pid in pids for x in ('-p', str(pid))],
                lambda _: all(map(traced, pids)))

    def perf(self, pids):
        """It lets cat begin when it looks, and looks until cat ends."""
        return (['perf', 'trace', '-s', '-m', '4096', '-o', self.table, '-p',
                 ','.join(map(str, pids)), '--', 'cat'],
                lambda process: 'cat' in map(machine.program,
                                             machine.tree(process.pid)))

    def detach(self, tracer):
        tracer.stdin.close()
        if self.tracer == 'strace':
            tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(60)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()

    def end(self):
        self.contestant.stop()


def traced(pid):
    """Every thread of it is."""
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status', encoding='utf-8') as f:
            if '\nTracerPid:\t0\n' in f.read():
                return False
    return True


class Allocations:
    """malloc(), free(), realloc() and bytes asked for: count_alloc.c."""

    parallel = 16
    warm = 64
    names = ('mallocs', 'frees', 'reallocs', 'bytes', 'live')

    def __init__(self, case, contestant, _options):
        self.case, self.contestant = case, contestant
        self.units = case.native
        self.file = os.path.join(contestant.folder, 'allocations')
        with open(self.file, 'wb') as f:
            f.write(bytes(4096))
        os.chmod(self.file, 0o666)
        contestant.start(case, env={
            'LD_PRELOAD': f'{ENDS}/count_alloc.so',
            'COUNT_ALLOC_FILE': self.file})
        if case.what != 'idle':
            ends.load(case, contestant, self.warm, self.parallel)

    @staticmethod
    def size(count):
        return count['mallocs']

    def now(self):
        with open(self.file, 'rb') as f:
            values = struct.unpack(f'={len(self.names)}q',
                                   f.read(8 * len(self.names)))
        return Counter(dict(zip(self.names, values)))

    def count(self, units):
        before = self.now()
        ends.load(self.case, self.contestant, units, self.parallel)
        after = self.now()
        return {k: after[k] - before[k] for k in self.names if k != 'live'}

    def end(self):
        self.contestant.stop()
