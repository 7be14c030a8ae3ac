"""What is counted: the loads, how many units of each, and which the gate in
.ci/run takes."""
from collections import namedtuple

# role keys version: see contestants.sh. options, what: of bench_client.
# native, slow: two numbers of units each; what is told is the slope between
# them. slow is for runs under valgrind. Units: connections, round trips, MiB.
Case = namedtuple('Case', 'name role keys version options what backend '
                          'unit native slow')

CONN, TRIP, MIB = 'connection', 'round trip', 'MiB'

LOADS = [Case(*row) for row in (
    ('server full 1.2 rsa', 'server', 'rsa', '-', '-t 1.2', 'connect', 'echo',
     CONN, (60, 260), (16, 48)),
    ('server full 1.2 ec', 'server', 'ec', '-', '-t 1.2', 'connect', 'echo',
     CONN, (60, 260), (16, 80)),
    ('server full 1.3 rsa', 'server', 'rsa', '-', '-t 1.3', 'connect', 'echo',
     CONN, (60, 260), (16, 48)),
    ('server full 1.3 ec', 'server', 'ec', '-', '-t 1.3', 'connect', 'echo',
     CONN, (60, 260), (16, 80)),
    ('server resumed 1.2', 'server', 'rsa', '-', '-t 1.2 -r', 'connect',
     'echo', CONN, (200, 1000), (24, 168)),
    ('server resumed 1.3', 'server', 'rsa', '-', '-t 1.3 -r', 'connect',
     'echo', CONN, (200, 800), (24, 96)),
    ('client full 1.2 rsa', 'client', 'rsa', '1.2', '', 'connect',
     'echo-once', CONN, (60, 260), (16, 64)),
    ('client resumed 1.2', 'client', 'rsa', '1.2', '', 'connect', 'echo',
     CONN, (200, 1000), (24, 168)),
    ('client resumed 1.3', 'client', 'rsa', '1.3', '', 'connect', 'echo',
     CONN, (200, 800), (24, 96)),
    ('clear connect', 'clear', 'rsa', '-', '', 'connect', 'echo',
     CONN, (200, 1000), (48, 448)),
    ('server echo', 'server', 'rsa', '-', '-t 1.2', 'echo', 'echo',
     TRIP, (1000, 5000), (200, 1400)),
    ('server bulk up', 'server', 'rsa', '-', '-t 1.2', 'up', 'sink',
     MIB, (8, 40), (1, 5)),
    ('server bulk down', 'server', 'rsa', '-', '-t 1.2', 'down', 'source',
     MIB, (8, 40), (1, 5)),
    ('client bulk up', 'client', 'rsa', '1.2', '', 'up', 'sink',
     MIB, (8, 40), (1, 5)),
    ('client bulk down', 'client', 'rsa', '1.2', '', 'down', 'source',
     MIB, (8, 40), (1, 5)),
)]

# native: how many connections are held
IDLE = [Case(*row) for row in (
    ('server idle 1.2', 'server', 'rsa', '-', '-t 1.2', 'idle', 'echo',
     CONN, (1000, 5000), ()),
    ('server idle 1.3', 'server', 'rsa', '-', '-t 1.3', 'idle', 'echo',
     CONN, (1000, 5000), ()),
    ('client idle 1.2', 'client', 'rsa', '1.2', '', 'idle', 'echo',
     CONN, (1000, 5000), ()),
)]

# The five that have a place in .ci/run.
GATE = '^(server full 1.3 ec|server resumed 1.[23]|client resumed 1.2' \
       '|clear connect)$'


def client_units(case, units):
    """What bench_client -N is given: it counts bulk in KiB."""
    return units * 1024 if case.unit == MIB else units


def at_once(case, parallel):
    """Bulk is one connection's."""
    return parallel if case.unit != MIB else 1
