"""A relay of contestants.sh, its near end and its far end."""
import os
import re
import shutil
import subprocess

from . import cases, machine
from .machine import BIN, ENDS, TOP, Void

ADDRESS = '127.0.0.1'
BACKEND_PORT = 7000


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          **more)
    if done.returncode != 0:
        raise Void(f'{os.path.basename(command[0])}: '
                   f'{(done.stderr or done.stdout).strip()[-500:]}')
    return done.stdout


def certificates(folder):
    """Every contestant gets a copy of them."""
    keys = os.path.join(folder, 'keys')
    os.mkdir(keys)
    run(['bash', '-c', '. tests/bench/contestants.sh; '
         'fail() { echo "$*" >&2; exit 1; }; certificates'], cwd=TOP,
        env={**os.environ, 'tmp': keys, 'bin': BIN, 'ends': ENDS})


class Contestant:
    """One of contestants.sh, or NAME: a binary of attlsd."""

    def __init__(self, name, port, folder, binary=None):
        self.name = name
        self.kind = 'attlsd' if binary else name
        self.port = port
        self.binary = binary
        self.folder = os.path.join(folder, 'of-' + name)
        self.process = None
        shutil.copytree(os.path.join(folder, 'keys'), self.folder)
        os.chmod(self.folder, 0o777)

    @property
    def forks(self):
        """Its work is done by a child, which valgrind's server can't follow."""
        return self.kind == 'hitch'

    @property
    def new_threads(self):
        """One for each connection, which perf does not follow."""
        return self.kind == 'stunnel'

    def shell(self, case, text):
        """What a function of contestants.sh prints."""
        return subprocess.run(
            ['bash', '-c', f'. tests/bench/contestants.sh; {text}'], cwd=TOP,
            capture_output=True, text=True, check=False, env={
                **os.environ, 'role': case.role, 'keys': case.keys,
                'version': case.version, 'mutual': '', 'alone': '1',
                'listen': f'{ADDRESS}:{self.port}',
                'target': f'{ADDRESS}:{BACKEND_PORT}', 'tmp': self.folder,
                'attlsd': self.binary or ''})

    def can(self, case):
        return self.shell(case, f'can {self.kind}').returncode == 0

    def start(self, case, wrap=(), env=None):
        text = self.shell(case, f'write_{self.kind} >$tmp/{self.kind}.conf; '
                                f'command_of {self.kind}')
        log = os.path.join(self.folder, 'log')
        socket = os.path.join(self.folder, 'attlsd.sock')
        if os.path.exists(socket):
            os.unlink(socket)
        self.process = machine.spawn(log, list(wrap) + text.stdout.splitlines(),
                                     env)
        wait_listening(self.process, self.port, log)

    def stop(self):
        if self.process is not None:
            machine.stop(self.process)
            self.process = None

    @property
    def pid(self):
        return self.process.pid


def wait_listening(process, port, log):
    def ready():
        return machine.listening(ADDRESS, port) or process.poll() is not None

    if not machine.wait_until(ready, 180) or process.poll() is not None:
        with open(log, encoding='utf-8', errors='replace') as f:
            raise Void('it does not start: ' + f.read()[-500:].strip())


def backend(case, folder):
    """The far end, in TLS when the relay is a client."""
    mode, _, once = case.backend.partition('-')
    tls = [f'{folder}/keys/{case.keys}-server.pem'] * (case.role == 'client')
    log = os.path.join(folder, 'backend.log')
    process = machine.spawn(
        log, [f'{ENDS}/bench_backend', f'{ADDRESS}:{BACKEND_PORT}', mode] +
        tls + [once] * bool(once))
    wait_listening(process, BACKEND_PORT, log)
    return process


def load_command(case, contestant, options):
    return [f'{ENDS}/bench_client', '-p', str(contestant.pid)] + \
        case.options.split() + options + \
        [f'{ADDRESS}:{contestant.port}', case.what]


def load_checked(case, line, parallel):
    """What bench_client said: all went well, and it did what the case says."""
    said = {k: int(v) for k, v in
            re.findall(r'(units|errors|shaken|reused)=(\d+)', line)}
    if said.get('errors', 1) != 0:
        raise Void(f'bench_client: {line.strip()}')
    full = said['shaken'] - said['reused']
    if '-r' in case.options.split() and full > parallel:
        raise Void(f'{full} of {said["shaken"]} handshakes were full ones')


def load(case, contestant, units, parallel, limit=300):
    """Exactly so many units, and until the contestant is quiet again."""
    parallel = cases.at_once(case, parallel)
    command = load_command(case, contestant, [
        '-n', str(parallel), '-N', str(cases.client_units(case, units))])
    try:
        line = run(command, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Void(f'no end after {limit} s') from None
    load_checked(case, line, parallel)
    machine.settle(contestant.pid)
