"""Memory of idle connections: what the kernel tells, and what is allocated."""
import re
import subprocess
import time

from . import contestant as ends
from .machine import Void
from .measures import Allocations

STEPS = (200, 1000)  # connections; live bytes are the slope between them
QUIET = '3'  # seconds: what handshakes leave is given back when all is quiet


def idle(case, contestant, options):
    """RssAnon in KiB a connection, each from a fresh start, and live bytes."""
    row = {'void': []}
    parts = {f'kib_{n}': (resident, n) for n in case.native}
    parts['live'] = (live, options)
    for name, (part, arg) in parts.items():
        try:
            row[name] = part(case, contestant, arg)
        except Void as why:
            contestant.stop()
            row['void'].append(str(why))
    return row


def resident(case, contestant, n):
    contestant.start(case)
    try:
        line = ends.run(ends.load_command(case, contestant,
                                          ['-n', str(n), '-q', QUIET]),
                        timeout=300)
        return int(re.search(r'kib=(\d+)', line)[1]) / n
    finally:
        contestant.stop()


def live(case, contestant, options):
    measure = Allocations(case, contestant, options)
    try:
        few, many = [held(measure, n) for n in STEPS]
        return (many - few) / (STEPS[1] - STEPS[0])
    finally:
        measure.end()


def held(measure, n):
    """What N idle connections have: they are held while one more is busy, so
    the middle one of the looks in the second half sees all of them."""
    case = measure.case._replace(what='echo')
    before = measure.now()['live']
    client = subprocess.Popen(
        ends.load_command(case, measure.contestant,
                          ['-n', '1', '-H', str(n), '-s', '2']),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    looks = []
    while client.poll() is None:
        looks.append(measure.now()['live'] - before)
        time.sleep(0.02)
    if client.returncode != 0 or not looks:
        raise Void('bench_client could not hold its connections')
    looks = sorted(looks[len(looks) // 2:])
    time.sleep(0.5)
    return looks[len(looks) // 2]
