"""Processes, the network namespace, and what the kernel tells of both."""
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), '../../..'))
BIN = os.path.join(TOP, 'build/release/bin')
ENDS = os.path.join(TOP, 'build/release/tests')


class Void(Exception):
    """A cell that could not be counted; why."""


class Skip(Exception):
    """This machine lacks what the whole of it needs; what."""


def own_network():
    """Starts this program again in a network namespace of its own: ports are
    free and segments are nobody else's."""
    if os.environ.get('COUNT_NETWORK') == 'own':
        return
    if subprocess.run(['unshare', '-n', 'true'], stderr=subprocess.DEVNULL,
                      check=False).returncode != 0:
        why = 'it may not make a network namespace (run it as root)'
        if 'netns' in os.environ.get('ATTLS_REQUIRE', '').split(','):
            raise Void(f'ATTLS_REQUIRE says netns, and {why}')
        raise Skip(why)
    os.environ['COUNT_NETWORK'] = 'own'
    os.execvp('unshare', ['unshare', '-n', 'sh', '-c',
                          'ip link set lo up && exec "$@"', 'sh',
                          sys.executable] + sys.argv)


def many_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    few = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))


class Folder:
    """A temporary folder; whoever a contestant becomes may write there."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='attlsd-count.')
        os.chmod(self.path, 0o777)
        for sig in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, lambda *_: sys.exit(1))
        return self.path

    def __exit__(self, *_):
        stop_all()
        shutil.rmtree(self.path, ignore_errors=True)


running = []


def spawn(log, command, env=None):
    """In the background; it gets TERM when this program dies."""
    with open(log, 'wb') as out:
        process = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'TERM'] + command,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})})
    running.append(process)
    return process


def gone(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
            return f.read().rpartition(')')[2].split()[0] == 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return True


def stop(process):
    """Ends it, if it has not ended, and its children (a worker may outlive
    its master)."""
    children = tree(process.pid)[1:]
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process in running:
        running.remove(process)
    for sig in (signal.SIGTERM, signal.SIGKILL):
        for pid in children:
            if not gone(pid):
                os.kill(pid, sig)
        if wait_until(lambda: all(map(gone, children)), 30):
            break


def stop_all():
    for process in reversed(running[:]):
        stop(process)


def wait_until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def tree(pid):
    """PID and its descendants."""
    pids = [pid]
    for one in pids:
        try:
            for thread in os.listdir(f'/proc/{one}/task'):
                name = f'/proc/{one}/task/{thread}/children'
                with open(name, encoding='utf-8') as f:
                    pids += map(int, f.read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return pids


def program(pid):
    try:
        with open(f'/proc/{pid}/comm', encoding='utf-8') as f:
            return f.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ''


def ticks(pids):
    """Processor time that they have used."""
    used = 0
    for pid in pids:
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
                fields = f.read().rpartition(')')[2].split()
            used += int(fields[11]) + int(fields[12])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return used


def settle(pid):
    """Until it does nothing any more: what a load has left behind is its."""
    pids = tree(pid)
    quiet = 0
    for _ in range(200):
        before = ticks(pids)
        time.sleep(0.1)
        quiet = quiet + 1 if ticks(pids) == before else 0
        if quiet == 3:
            return


def listening(address, port):
    """Somebody listens there."""
    octets = reversed([int(x) for x in address.split('.')])
    want = ''.join(f'{x:02X}' for x in octets) + f':{port:04X}'
    with open('/proc/net/tcp', encoding='utf-8') as f:
        rows = [line.split() for line in f]
    return any(row[1] == want and row[3] == '0A' for row in rows)


def segments():
    """TCP segments that all ends in this network have sent."""
    with open('/proc/net/snmp', encoding='utf-8') as f:
        names, values = [x.split() for x in f if x.startswith('Tcp:')]
    return int(dict(zip(names, values))['OutSegs'])


def output(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def described(opt, binaries):
    """What was counted, where, how."""
    commit = output(['git', '-C', TOP, 'log', '-1', '--format=%h'])
    said = [f'{", ".join(binaries)} at {commit}']
    for name in opt.who.split():
        package = 'stunnel4' if name == 'stunnel' else name
        if name != 'attlsd':
            said.append(output(['dpkg-query', '-W', '-f',
                                '${Package} ${Version}', package]) or name)
    said.append(output(['valgrind', '--version']))
    said.append(f'system calls by {opt.tracer}')
    said.append(f'{os.cpu_count()} cores, Linux {os.uname().release}')
    said.append(' '.join(output(['openssl', 'version']).split()[:2]))
    return '; '.join(x for x in said if x)
