"""What is done with numbers: no process, no file."""
from collections import Counter
import re


def slope(few, many, units):
    """Cost of a unit: what MANY has more than FEW, which has UNITS less.
    Start-up, the first full handshakes and timers fall out. A cost may be
    split up, by function or name."""
    if not isinstance(many, dict):
        return (many - few) / units
    return {k: slope(few.get(k, zero(many, k)), many.get(k, zero(few, k)),
                     units)
            for k in set(few) | set(many)}


def zero(counts, k):
    """What a part is where it was not told."""
    return {} if isinstance(counts.get(k), dict) else 0


def smallest(counts, size):
    """The round that was disturbed least."""
    return min(counts, key=size)


def total(counts):
    return sum(counts.values())


# Calls whose number depends on how full the machine is: who looks later finds
# more in one look. They are printed, not judged.
WAITING = {'read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg', 'epoll_wait',
           'epoll_pwait', 'epoll_pwait2', 'poll', 'select', 'futex'}


def judged(calls):
    return {name: n for name, n in calls.items() if name not in WAITING}


def read_calls(text):
    """The table of perf trace -s, or of strace -c -U name,calls: name and
    calls, a line; perf has one for each thread."""
    calls = Counter()
    for name, count in re.findall(r'^\s*([a-z]\w*)\s+(\d+)\b', text, re.M):
        if name != 'total':
            calls[name] += int(count)
    return calls


def read_profile(lines):
    """Callgrind's file: own cost of each (object, function). A name is told
    once and then by its number; what follows calls= is the callee's cost,
    which is told where it arose."""
    names = {}
    cost = Counter()
    place = {'ob': '?', 'fn': '?'}
    callee = False
    for line in lines:
        head, _, rest = line.partition('=')
        if line[:1].isdigit() or line[:1] in ('+', '-', '*'):
            fields = line.split()
            if not callee and len(fields) > 1:
                cost[place['ob'], place['fn']] += int(fields[1])
            callee = False
        elif head in ('ob', 'fn', 'cob', 'cfn'):
            kind = head[-2:]
            number, _, name = rest.strip().partition(' ')
            if name:
                names[kind, number] = name.rsplit('/', 1)[-1]
            if head == kind:
                place[kind] = names.get((kind, number), number)
        elif head == 'calls':
            callee = True
    return cost


MOST_INSTRUCTIONS = 1.02  # of what is accepted
MOST_CALLS = 0.5  # more than what is accepted
NAMED = 3  # functions, calls


def rises(before, after):
    """What rose, the most first: (rise, key)."""
    every = ((after.get(k, 0) - before.get(k, 0), k)
             for k in set(before) | set(after))
    return sorted((x for x in every if x[0] > 0), reverse=True)


def of_ours(key):
    return key[0].startswith('attlsd')


def blamed(before, after):
    """The functions whose own cost rose most, and ours among them: a rise in
    a library comes from some call of ours."""
    rose = rises(before, after)
    own = [x for x in rose if of_ours(x[1])][:NAMED]
    others = [x for x in rose[:NAMED] if not of_ours(x[1])]
    return ', '.join(f'{function} in {thing} {n:+,.0f}'
                     for n, (thing, function) in sorted(own + others,
                                                        reverse=True))


def verdict(case, unit, before, after):
    """What is dearer than what is accepted: a line for each, or none. BEFORE
    and AFTER are slopes by function ('insn') and by name ('calls')."""
    lines = []
    if 'insn' in after:
        was, now = total(before['insn']), total(after['insn'])
        if now > was * MOST_INSTRUCTIONS:
            lines.append(f'{case}: {now:,.0f} instructions a {unit}, accepted '
                         f'are {was:,.0f} ({now / was - 1:+.1%}): '
                         f'{blamed(before["insn"], after["insn"])}')
    if 'calls' in after:
        before, after = judged(before['calls']), judged(after['calls'])
        was, now = total(before), total(after)
        if now > was + MOST_CALLS:
            names = ', '.join(f'{name} {n:+.2f}' for n, name
                              in rises(before, after)[:NAMED])
            lines.append(f'{case}: {now:.2f} system calls a {unit}, accepted '
                         f'are {was:.2f} ({now - was:+.2f}): {names}')
    return lines
