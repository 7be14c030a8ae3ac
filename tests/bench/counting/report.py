"""The tables, in markdown; and raw.tsv."""
from . import arithmetic
from .cases import MIB


def instructions(row):
    return arithmetic.total(row['insn']) / 1000


def calls(row):
    return arithmetic.total(row['calls'])


# What of a row, its heading, how it is written; a ratio to the best peer?
TABLES = (
    ('insn', 'Instructions in user space, thousands', instructions, ',.1f',
     True),
    ('calls', 'System calls', calls, '.1f', True),
    ('segments', 'TCP segments, all four ends', lambda r: r['segments'],
     '.1f', False),
    ('mallocs', 'malloc()', lambda r: r['mallocs'], ',.1f', False),
    ('kib_1000', 'KiB (RssAnon), 1,000 idle connections',
     lambda r: r['kib_1000'], '.1f', True),
    ('kib_5000', 'KiB (RssAnon), 5,000 idle connections',
     lambda r: r['kib_5000'], '.1f', True),
    ('live', 'Bytes allocated, idle connection', lambda r: r['live'], ',.0f',
     True),
)


def ratios(values, ours):
    """Each of ours to the best peer."""
    peers = [v for name, v in values.items() if name not in ours]
    return [f'{values[name] / min(peers):.2f}' if peers and name in values
            else '' for name in ours]


def table(results, contestants, ours, key, value, form, ratio):
    """RESULTS: {case: {contestant: row}}."""
    lines = []
    for case, row in results.items():
        values = {who: value(row[who]) for who in contestants
                  if key in row.get(who, {})}
        if values:
            cells = [f'{values[who]:{form}}' if who in values else ''
                     for who in contestants]
            name = case.name + (' (per MiB)' if case.unit == MIB else '')
            lines.append([name] + cells +
                         (ratios(values, ours) if ratio else []))
    return lines


def heading(contestants, ours, ratio):
    last = []
    if ratio and len(contestants) > len(ours):
        last = ['to the best peer'] if len(ours) == 1 else \
            [f'{name} to the best peer' for name in ours]
    return ['case'] + list(contestants) + last


def markdown(results, contestants, ours):
    text = []
    for key, title, value, form, ratio in TABLES:
        rows = table(results, contestants, ours, key, value, form, ratio)
        if not rows:
            continue
        head = heading(contestants, ours, ratio)
        text += [f'{title}:', '', '| ' + ' | '.join(head) + ' |',
                 '| --- |' + ' ---: |' * (len(head) - 1)]
        text += ['| ' + ' | '.join(row[:len(head)]) + ' |' for row in rows]
        text.append('')
    return '\n'.join(text + by_name(results, contestants) + voids(results))


def by_name(results, contestants):
    """Which calls, where they were counted."""
    lines = []
    for case, row in results.items():
        for who in contestants:
            if 'calls' in row.get(who, {}):
                lines.append(f'- {case.name}, {who}: ' +
                             named_calls(row[who]['calls']))
    return ['System calls by name:', ''] + lines + [''] if lines else []


def named_calls(calls_by_name):
    return ', '.join(f'{name} {n:.1f}' for name, n in sorted(
        calls_by_name.items(), key=lambda x: -x[1]) if n >= 0.05)


def voids(results):
    lines = [f'- {case.name}, {who}: {" ".join(why.split())}'
             for case, row in results.items() for who in row
             for why in row[who]['void']]
    return ['Not counted:', ''] + lines + [''] if lines else []


def brief(row):
    """A line of progress."""
    said = [f'not counted: {why}' for why in row['void']]
    for key, title, value, form, _ in TABLES:
        if key in row:
            said.append(f'{title} {value(row):{form}}')
    return '; '.join(said)


def raw(results):
    """case, contestant, what, of what, number."""
    lines = []
    for case, row in results.items():
        for who, values in row.items():
            for what, value in sorted(values.items()):
                if what == 'void':
                    continue
                if not isinstance(value, dict):
                    value = {'': value}
                for of, n in sorted(value.items()):
                    of = ' '.join(of) if isinstance(of, tuple) else of
                    lines.append(f'{case.name}\t{who}\t{what}\t{of}\t{n}\n')
    return ''.join(lines)
