"""HEAD beside the accepted commit: nothing may have become dearer unseen."""
import os
import re
import subprocess

from . import arithmetic
from .cases import MIB
from .machine import BIN, TOP, Skip, Void

ACCEPTED = os.path.join(TOP, 'tests/bench/accepted')
# What an attlsd is made of.
SOURCES = ['CMakeLists.txt', 'CMakePresets.json', 'lib', 'daemon']
ROUNDS = 3


def git(*words):
    return subprocess.run(['git', '-C', TOP, *words], capture_output=True,
                          text=True, check=False)


def accepted():
    """The commit whose costs are accepted."""
    with open(ACCEPTED, encoding='utf-8') as f:
        lines = [x.split() for x in f if x.strip() and x[0] != '#']
    commit = lines[-1][0]
    if git('rev-parse', '--git-dir').returncode != 0:
        raise Skip('the source tree is no clone: ' +
                   git('rev-parse').stderr.strip())
    if git('cat-file', '-e', commit + '^{commit}').returncode != 0:
        raise Skip(f'the clone has no commit {commit}, the accepted one')
    if git('merge-base', '--is-ancestor', commit, 'HEAD').returncode != 0:
        raise Skip(f'{commit}, the accepted commit, is none before HEAD')
    return commit


def same_sources(commit):
    return git('diff', '--quiet', commit, '--', *SOURCES).returncode == 0


def setting(name):
    """Of the release build."""
    with open(os.path.join(TOP, 'build/release/CMakeCache.txt'),
              encoding='utf-8') as f:
        found = re.search(rf'^{name}:\w+=(.*)$', f.read(), re.M)
    return f'-D{name}={found[1] if found else ""}'


def build(commit, folder):
    """Its attlsd, with the compiler and the flags of the release build."""
    source = os.path.join(folder, 'source')
    os.mkdir(source)
    steps = (
        f'git -C "$top" archive {commit} | tar -x -C "$source"',
        'cd "$source" && cmake --preset release "$@"',
        'cd "$source" && cmake --build --preset release --target attlsd '
        '-j "$(nproc)"')
    flags = [setting(x) for x in ('CMAKE_C_COMPILER', 'CMAKE_C_FLAGS',
                                  'CMAKE_EXE_LINKER_FLAGS')]
    for step in steps:
        done = subprocess.run(
            ['bash', '-c', f'set -o pipefail; {step}', 'bash', *flags],
            capture_output=True, text=True, check=False,
            env={**os.environ, 'top': TOP, 'source': source})
        if done.returncode != 0:
            raise Void(f'{commit} does not build: '
                       f'{(done.stderr + done.stdout)[-1000:]}')
    return os.path.join(source, 'build/release/bin/attlsd')


def pair(commit, folder):
    return {'accepted': build(commit, folder), 'HEAD': f'{BIN}/attlsd'}


def judge(case, row):
    """Prints what was counted; returns what fails."""
    void = [f'{case.name}: {name} could not be counted: {why}'
            for name, value in row.items() for why in value['void']]
    if void:
        return void
    was, now = row['accepted'], row['HEAD']
    if case.unit == MIB:  # how much a send finds depends on the time
        was.pop('calls', None)
        now.pop('calls', None)
    if 'insn' in now:
        a, b = arithmetic.total(was['insn']), arithmetic.total(now['insn'])
        print(f'{case.name:20} instructions {a:11,.0f} {b:11,.0f} '
              f'{b / a - 1:+.1%}', flush=True)
    if 'calls' in now:
        a, b = [arithmetic.total(arithmetic.judged(x['calls']))
                for x in (was, now)]
        waits = [f'{k} {was["calls"].get(k, 0):.1f} {n:.1f}'
                 for k, n in sorted(now['calls'].items())
                 if k in arithmetic.WAITING]
        print(f'{case.name:20} system calls {a:11.2f} {b:11.2f} {b - a:+.2f}'
              f'   (not judged: {", ".join(waits)})', flush=True)
    return arithmetic.verdict(case.name, case.unit, was, now)
