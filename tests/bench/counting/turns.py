"""One case: contestants that can play it take turns."""
import subprocess

from . import arithmetic, contestant, idle, machine
from .machine import Void
from .measures import Allocations, Calls, Instructions

MEASURES = {'insn': Instructions, 'sys': Calls, 'alloc': Allocations}
# What makes one contestant's cell void and lets the others go on.
WRONG = (Void, OSError, subprocess.SubprocessError)


def count(case, kinds, contestants, opt, folder):
    """{name: row}; a row has what every kind counts, and 'void', the reasons
    why a kind could not."""
    able = [who for who in contestants if who.can(case)]
    rows = {who.name: {'void': []} for who in able}
    backend = contestant.backend(case, folder)
    try:
        for kind in kinds:
            for name, part in one_kind(case, kind, able, opt).items():
                rows[name]['void'] += part.pop('void', [])
                rows[name].update(part)
    finally:
        machine.stop(backend)
    return rows


def one_kind(case, kind, contestants, opt):
    measures, counted, why = {}, {}, {}
    try:
        for who in contestants:
            try:
                measures[who.name] = MEASURES[kind](case, who, opt)
            except WRONG as wrong:
                who.stop()
                why[who.name] = str(wrong)
        for _ in range(opt.rounds):
            for name, measure in measures.items():
                try:
                    counted.setdefault(name, []).append(
                        [measure.count(n) for n in measure.units])
                except WRONG as wrong:
                    why[name] = str(wrong)
    finally:
        for measure in measures.values():
            measure.end()
    return {who.name: slope_of(measures[who.name], counted[who.name])
            if counted.get(who.name) else {'void': [why[who.name]]}
            for who in contestants}


def slope_of(measure, rounds):
    few, many = [arithmetic.smallest([r[i] for r in rounds], measure.size)
                 for i in (0, 1)]
    return arithmetic.slope(few, many, measure.units[1] - measure.units[0])


def hold(case, contestants, opt, folder):
    """Idle connections: {name: row}."""
    rows = {}
    backend = contestant.backend(case, folder)
    try:
        for who in contestants:
            if not who.can(case):
                continue
            try:
                rows[who.name] = idle.idle(case, who, opt)
            except WRONG as wrong:
                who.stop()
                rows[who.name] = {'void': [str(wrong)]}
    finally:
        machine.stop(backend)
    return rows
