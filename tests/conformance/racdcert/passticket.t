% A key from a file that nobody else reads, or from standard input.
$ (umask 077; echo 123456789ABCDEF0 >$T/key); attls-passticket gen --user FRED --application IMSAPPL --key-file $T/key --time 1591968572
2J4FVS6J
$ echo 123456789ABCDEF0 | attls-passticket gen --user FRED --application IMSAPPL --key-file - --time 1591968572
2J4FVS6J
$ attls-passticket eval --user FRED --application IMSAPPL --key-file $T/key --time 1591968572 2J4FVS6J
valid
$ chmod 644 $T/key; attls-passticket gen --user FRED --application IMSAPPL --key-file $T/key
attls-passticket: others may read $T/key; chmod 600 (or 400) it
[12]
$ attls-passticket eval --user FRED --application IMSAPPL --key-file - - </dev/null
attls-passticket: ticket and key can't both come from standard input (--help shows the usage)
[12]
$ attls-passticket gen --user FRED --application IMSAPPL --key-file $T/key --key 123456789ABCDEF0
attls-passticket: --key can be seen by others while the program starts, and in the shell's history: use --key-file
attls-passticket: --key-file or --key, not both (--help shows the usage)
[12]
% On the command line it is overwritten before anything is waited for.
$ mkfifo $T/in; attls-passticket eval --user FRED --application IMSAPPL --key 123456789ABCDEF0 --time 1591968572 - <$T/in & exec 3>$T/in; for i in $(seq 200); do grep -q '[*][*][*]' /proc/$!/cmdline && break; sleep 0.05; done; tr '\0' ' ' </proc/$!/cmdline | grep -o -e '--key .*'; echo 2J4FVS6J >&3; wait
attls-passticket: --key can be seen by others while the program starts, and in the shell's history: use --key-file
--key **************** --time 1591968572 - 
valid
