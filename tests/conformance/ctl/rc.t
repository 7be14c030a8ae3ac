% A return code: its meaning, causes with the most likely first, commands.
$ attlsctl rc 414
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 134CC0CA --json
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 0
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 5004 nonsense
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 5004 2
bash: line 1: attlsctl: command not found
[127]
% As TN3270, CICS and traces print them.
$ attlsctl rc 0000019C | head -3
bash: line 1: attlsctl: command not found
$ attlsctl rc 19c 0x19C "X'19C'" 134CC19C | grep RC
bash: line 1: attlsctl: command not found
[1]
$ attlsctl rc 196 | head -2
bash: line 1: attlsctl: command not found
% 204 may be both: decimal wins, and the other reading is told.
$ attlsctl rc 204
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 204 --json
bash: line 1: attlsctl: command not found
[127]
% System SSL's older functions.
$ attlsctl rc -22 | head -4
bash: line 1: attlsctl: command not found
$ attlsctl rc FFFFFFEA | head -3
bash: line 1: attlsctl: command not found
$ attlsctl rc FFFFFFEA --json | head -8
bash: line 1: attlsctl: command not found
$ attlsctl rc -111
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc -23
bash: line 1: attlsctl: command not found
[127]
% ICSF, which attlsd does not have: whoever asks has a mainframe.
$ attlsctl rc 454 455 456
bash: line 1: attlsctl: command not found
[127]
% Codes without public description are that.
$ attlsctl rc 449 5020
bash: line 1: attlsctl: command not found
[127]
$ attlsctl rc 03353084 19D
bash: line 1: attlsctl: command not found
[127]
% All of them.
$ attlsctl rc | sed -n '1,12p'
bash: line 1: attlsctl: command not found
$ attlsctl rc | wc -l
bash: line 1: attlsctl: command not found
0
$ attlsctl rc --json | head -12
bash: line 1: attlsctl: command not found
