% What the arguments mean: a file, standard input, or one command.
$ racdcert --help
usage: racdcert [OPTION...] [FILE | - | OPERANDS]
       racfjob [OPTION...] [FILE | - | COMMAND]

Runs the job in FILE or on standard input, or one command.

  --racf DIR          the security database (/var/lib/attls/racf)
  --issuer USER       who issues the commands when the job has no USER=
  --not-after WHEN    instead of NOTAFTER: +1y, +6m, +30d, yyyy-mm-dd
  --dsn-dir DIR       where data sets are kept: DIR/A.B.C
  --conf FILE         attlsd's configuration, for its data set map
                      (/etc/attls/attlsd.conf)
  --password-file FILE
                      for PASSWORD(*): the first line of FILE
  --dry-run           say what the job would do, store nothing
  -h, --help          this text
  -V, --version       the program's version

exit status: the highest return code: 0, 4 (warning), 8 (failed), 12 (syntax)
$ racdcert --version | sed 's/ .*//'
racdcert
$ racdcert --rcf x
racdcert: no option --rcf; did you mean --racf?
[12]
$ printf 'ADDUSER ANN\nADDUSER BOB\n' >$T/job
$ racdcert --racf $T/r $T/job
racdcert: $T/r is a new security database
READY
ADDUSER ANN
ICH01024I User ANN is defined as PROTECTED.
READY
ADDUSER BOB
ICH01024I User BOB is defined as PROTECTED.
READY
END
$ printf 'RACDCERT ID(ANN) ADDRING(One)\n' | racdcert --racf $T/r
READY
RACDCERT ID(ANN) ADDRING(One)
READY
END
$ printf 'RACDCERT ID(ANN) ADDRING(Two)\n' | racfjob --racf $T/r -
READY
RACDCERT ID(ANN) ADDRING(Two)
READY
END
$ racdcert --racf $T/r "racdcert id(ann) addring(Three)"
$ racdcert --racf $T/r id'(ann)' addring'(Four)'
$ racdcert --racf $T/r --issuer ann "listring(*)" | grep '>'
       >One<
       >Two<
       >Three<
       >Four<
% RACDCERT alone: LIST
$ racdcert --racf $T/r --issuer ann "RACDCERT"
IRRD105I No certificate information was found for user ANN.
[4]
$ racfjob --racf $T/r "RACDCERT ID(BOB)"
IRRD105I No certificate information was found for user BOB.
[4]
% racfjob wants the whole command
$ racfjob --racf $T/r "ID(ANN) LISTRING(*)"
IKJ56500I COMMAND ID NOT FOUND
[12]
$ racfjob --racf $T/r "ADDGROUP GRP"
$ racfjob --racf $T/r "CONNECT ANN GROUP(GRP)"
% Who issues: the account, which may be no user id; --issuer; USER= of the job
$ racdcert --racf $T/r --issuer toolonganame LIST
racdcert: --issuer toolonganame: a user id has 1 to 8 characters A-Z 0-9 # $ @
[12]
$ racdcert --racf $T/r --issuer nobody LIST
IKJ56702I INVALID USERID, NOBODY
  no owner is written, and the issuer is no defined user: write ID(user), CERTAUTH or SITE
[8]
$ printf '//J JOB (0),USER=BOB\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD *\nRACDCERT ADDRING(Bobs)\nRACDCERT LISTRING(*)\n' >$T/job2
$ racdcert --racf $T/r --issuer ann $T/job2
READY
RACDCERT ADDRING(Bobs)
READY
RACDCERT LISTRING(*)
Digital ring information for user BOB:

  Ring:
       >Bobs<

  *** No certificates connected ***

READY
END
IEF142I J S - STEP WAS EXECUTED - COND CODE 0000
% The highest return code of all commands; a failed one does not stop the job.
$ printf 'RACDCERT ID(ANN) DELRING(No)\nRACDCERT ID(BOB) LIST\nRACDCERT ID(ANN) LISTRING(One)\n' | racdcert --racf $T/r
READY
RACDCERT ID(ANN) DELRING(No)
IRRD114I Ring No does not exist.
  RACDCERT ID(ANN) LISTRING(*) shows the rings of ANN; upper and lower case count
READY
RACDCERT ID(BOB) LIST
IRRD105I No certificate information was found for user BOB.
READY
RACDCERT ID(ANN) LISTRING(One)
Digital ring information for user ANN:

  Ring:
       >One<

  *** No certificates connected ***

READY
END
[8]
$ printf '//J JOB (0)\n//S1 EXEC PGM=IEFBR14\n//S2 EXEC PGM=IKJEFT01\n//SYSTSIN DD *\nLISTDSD X\n' | racdcert --racf $T/r -
step not run: PGM=IEFBR14 (line 2); only PGM=IKJEFT01 is known here
IEF272I J S1 - STEP WAS NOT EXECUTED.
READY
LISTDSD X
LISTDSD is not supported here
READY
END
IEF142I J S2 - STEP WAS EXECUTED - COND CODE 0008
[12]
% A job without a command needs no database: it is told what is wrong with it
$ printf '//J JOB (0)\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD DSN=A.B,DISP=SHR\n' | racdcert --racf $T/none -
step not run: no //SYSTSIN DD * behind line 2; its commands must be in the job
IEF272I J S - STEP WAS NOT EXECUTED.
[12]
$ printf '//J JOB (0)\n//S EXEC PGM=IKJEFT01\n//SYSTSIN DD *\n/* CERTAUTH */\nRACDCERT CERTAUTH LIST\n' | racdcert --racf $T/none -
<stdin>:5: expected a JCL statement (//) here: /* in column 1 of line 4 ended the data; use DD DATA,DLM=$$, and $$ behind the data
[12]
$ racfjob --racf $T/none "FROBNICATE"; [ ! -e $T/none ] || echo made
IKJ56621I INVALID COMMAND NAME SYNTAX
% A folder that is none, one that is no database, one that others may write
$ racdcert --racf $T/none "CERTAUTH LIST"
racdcert: $T/none: no such folder; a job run with racdcert --racf makes a new security database there
[12]
$ mkdir $T/other && touch $T/other/file && racdcert --racf $T/other "CERTAUTH LIST"
racdcert: $T/other holds no security database (no folder saf in it)
[12]
$ racdcert --racf $T/other "ID(ANN) ADDRING(x)"
racdcert: $T/other holds no security database (no folder saf in it) and is not empty
[12]
$ chmod g+w $T/r; racdcert --racf $T/r "ID(ANN) LISTRING(*)"; s=$?; chmod g-w $T/r; exit $s
racdcert: $T/r may be written by others (mode 0720); correct it with: chmod go-w $T/r
[12]
$ printf 'x' >$T/r/ANN/index.cfg; racdcert --racf $T/r "ID(ANN) LISTRING(*)"
$T/r/ANN/index.cfg:1: syntax error
[8]
$ racfjob --racf $T/l "ADDUSER ANN" >$T/noise 2>&1; flock $T/l/saf/lock racdcert --racf $T/l "ID(ANN) ADDRING(x)"
racdcert: $T/l: another job is changing the security database; try again when it has ended
[12]
$ flock $T/l/saf/lock racdcert --racf $T/l "ID(ANN) LISTRING(*)"
IRRD115I User ANN has no rings.
[4]
% Dry run: says what would be done, and nothing is written.
$ racdcert --racf $T/dry --dry-run --not-after +1y certs/jobs/IMSTLS.jcl | grep -v '^READY'
racdcert: $T/dry would be a new security database
racdcert: dry run: nothing was stored
racdcert certauth gencert subjectsdn(cn('IMS CA') ou('ATS') +
ou('ATS') o('IBM')) withlabel('IMS CA') keyusage(certsign) +
notafter(date(2022/12/31))
dry run: would store certificate 'IMS CA' for CERTAUTH
racdcert id(IMSSTC) gencert subjectsdn(cn('wg31.washington.ibm.com') +
ou('ATS') o('IBM')) withlabel('IMSSTC') signwith(certauth +
label('IMS CA')) notafter(date(2021/12/31)
IKJ56702I INVALID USERID, IMSSTC
  user IMSSTC is not defined; ADDUSER IMSSTC makes it
setr raclist(digtcert,digtnmap) refresh
ICH14063I SETROPTS command complete.
racdcert id(IMSSTC) addring(IMS.KeyRing)
IKJ56702I INVALID USERID, IMSSTC
  user IMSSTC is not defined; ADDUSER IMSSTC makes it
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMS CA') certauth usage(certauth))
IKJ56702I INVALID USERID, IMSSTC
  user IMSSTC is not defined; ADDUSER IMSSTC makes it
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
IKJ56702I INVALID USERID, IMSSTC
  user IMSSTC is not defined; ADDUSER IMSSTC makes it
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('IMS CA') certauth usage(certauth))
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMSSTC') default
IKJ56702I INVALID USERID, IMSSTC
  user IMSSTC is not defined; ADDUSER IMSSTC makes it
setropts raclist(digtring,digtnmap) refresh
ICH14063I SETROPTS command complete.
END
IEF142I IMSTLS RACDCERT - STEP WAS EXECUTED - COND CODE 0008
$ printf 'ADDUSER ANN\nRACDCERT ID(ANN) ADDRING(One)\nRACDCERT ID(ANN) LISTRING(*)\nRACDCERT ID(ANN) DELRING(One)\n' | racdcert --racf $T/dry --dry-run
racdcert: $T/dry would be a new security database
READY
ADDUSER ANN
ICH01024I User ANN is defined as PROTECTED.
READY
RACDCERT ID(ANN) ADDRING(One)
dry run: would make ring ANN/One
READY
RACDCERT ID(ANN) LISTRING(*)
Digital ring information for user ANN:

  Ring:
       >One<

  *** No certificates connected ***

READY
RACDCERT ID(ANN) DELRING(One)
dry run: would delete ring ANN/One
READY
END
racdcert: dry run: nothing was stored
$ ls $T/dry
ls: cannot access '$T/dry': No such file or directory
[2]
% Data sets: a path in quotes, --dsn-dir, the map of the configuration
$ racfjob --racf $T/d "ADDUSER ANN" && racdcert --racf $T/d "ID(ANN) GENCERT SUBJECTSDN(CN('a')) WITHLABEL('a') NISTECC NOTAFTER(DATE(2090-12-31))"
racdcert: $T/d is a new security database
ICH01024I User ANN is defined as PROTECTED.
$ mkdir $T/sets $T/lib; printf 'datasets = ( { dsn = "user.lib"; dir = "%s"; } );\n' $T/lib >$T/conf
$ racdcert --racf $T/d "ID(ANN) EXPORT(LABEL('a')) DSN('$T/path.pem')"
$ racdcert --racf $T/d "ID(ANN) EXPORT(LABEL('a')) DSN('ann.cert')"
IKJ56702I INVALID DATA SET NAME, ANN.CERT
  write a path in quotes, '/path/of/the/file'; or name the folder for data sets with --dsn-dir
  or add to the configuration: datasets = ( { dsn = "ANN.CERT"; dir = "/path"; } );
[8]
$ racdcert --racf $T/d "ID(ANN) EXPORT(LABEL('a')) DSN(../out)"
IKJ56702I INVALID DATA SET NAME, ../out
  a data set is 'A.B.C' or 'A.B.C(MEMBER)', 1 to 8 characters between the dots, 44 in all; a path is in quotes and begins with /
[12]
$ racdcert --racf $T/d --dsn-dir $T/sets "ID(ANN) EXPORT(LABEL('a')) DSN('ann.cert')"
$ racdcert --racf $T/d --dsn-dir $T/sets "ID(ANN) EXPORT(LABEL('a')) DSN(ann.pds(mem))"
$ racdcert --racf $T/d --dsn-dir $T/sets --conf $T/conf "ID(ANN) EXPORT(LABEL('a')) DSN('USER.LIB(CERT1)')"
$ racdcert --racf $T/d --dsn-dir $T/made "ID(ANN) EXPORT(LABEL('a')) DSN('A.B(C)')" && find $T/made -printf '%m %p\n' | sort -k 2
700 $T/made
700 $T/made/A.B
644 $T/made/A.B/C
$ racdcert --racf $T/d --dsn-dir $T/no/where "ID(ANN) EXPORT(LABEL('a')) DSN('A.B(C)')"
$T/no/where: can't make the folder: No such file or directory
[8]
$ racdcert --racf $T/d --dsn-dir $T/sets "ID(ANN) EXPORT(LABEL('a')) DSN('A.TOOLONGNAME')"
IKJ56702I INVALID DATA SET NAME, A.TOOLONGNAME
  a data set is 'A.B.C' or 'A.B.C(MEMBER)', 1 to 8 characters between the dots, 44 in all; a path is in quotes and begins with /
[12]
$ racdcert --racf $T/d --dsn-dir $T/sets "ID(ANN) EXPORT(LABEL('a')) DSN('ann.pds')"
$T/sets/ANN.PDS exists and is not a plain file; it is left alone
[8]
$ racdcert --racf $T/d --dsn-dir $T/sets "CHECKCERT('no.such')"
IRRD302I The data set can't be checked:
IRRD103I An error was encountered processing the specified input data set.
  $T/sets/NO.SUCH: no such file
[8]
$ racdcert --racf $T/d --conf $T/nothing "CERTAUTH LIST"
racdcert: $T/nothing: no such file
[12]
$ cd $T && find sets lib path.pem -type f | sort && cmp path.pem sets/ANN.PDS/MEM
lib/CERT1
path.pem
sets/ANN.CERT
sets/ANN.PDS/MEM
% Passwords: a file, and a warning where one stands in the open
$ (umask 077; printf 'secret 12\nx\n' >$T/pw); racdcert --racf $T/d --dsn-dir $T/sets --password-file $T/pw "ID(ANN) EXPORT(LABEL('a')) DSN('ann.p12') PASSWORD(*)"
$ openssl pkcs12 -in $T/sets/ANN.P12 -passin pass:'secret 12' -nokeys -nocerts && stat -c %a $T/sets/ANN.P12
600
$ racdcert --racf $T/d "ID(ANN) EXPORT(LABEL('a')) DSN('$T/b.p12') PASSWORD('shown')"
NOTE: other users can see a password on the command line; PASSWORD(*) asks for it, --password-file reads it
$ setsid racdcert --racf $T/d "ID(ANN) EXPORT(LABEL('a')) DSN('$T/c.p12') PASSWORD(*)"
IRRD130I The PASSWORD keyword(s) must be specified. The request is not processed.
  write PASSWORD('...'), or PASSWORD(*) and the option --password-file FILE
[8]
$ racdcert --racf $T/d --password-file $T/nopw "ID(ANN) EXPORT(LABEL('a')) DSN('$T/c.p12') PASSWORD(*)"
racdcert: $T/nopw: no such file
[12]
% On a terminal PASSWORD(*) asks once, and what is typed is not shown.
$ printf "RACDCERT ID(ANN) EXPORT(LABEL('a')) DSN('$T/t1') PASSWORD(*)\nRACDCERT ID(ANN) EXPORT(LABEL('a')) DSN('$T/t2') PASSWORD(*)\n" >$T/job3; mkfifo $T/in; script -qec "racdcert --racf $T/d $T/job3" /dev/null <$T/in >$T/tty & exec 3>$T/in; for i in $(seq 100); do grep -q Password: $T/tty && break; sleep 0.1; done; printf 'typed\n' >&3; exec 3>&-; wait; tr -d '\r' <$T/tty
Password: 
READY
RACDCERT ID(ANN) EXPORT(LABEL('a')) DSN('$T/t1') PASSWORD(****)
READY
RACDCERT ID(ANN) EXPORT(LABEL('a')) DSN('$T/t2') PASSWORD(****)
READY
END
$ openssl pkcs12 -in $T/t1 -passin pass:typed -nokeys -nocerts; openssl pkcs12 -in $T/t2 -passin pass:typed -nokeys -nocerts
% Names are shown as one line, whatever is in them.
$ printf "RACDCERT ID(ANN) ADDRING(a\033[2Jb)\nRACDCERT ID(ANN) LISTRING(*)\n" | racdcert --racf $T/d
READY
RACDCERT ID(ANN) ADDRING(a\x1B[2Jb)
READY
RACDCERT ID(ANN) LISTRING(*)
Digital ring information for user ANN:

  Ring:
       >a\x1B[2Jb<

  *** No certificates connected ***

READY
END
% A file that is not there, and a name of a file that is no command.
$ racdcert --racf $T/r /no/such/file.jcl
racdcert: /no/such/file.jcl: no such file
[12]
$ racfjob --racf $T/r NOFILE.jcl
racdcert: NOFILE.jcl: no such file
[12]
% A job that was transferred in binary.
$ printf '\141\141\327' >$T/binary.jcl; racfjob --racf $T/r $T/binary.jcl
racdcert: $T/binary.jcl is in EBCDIC; transfer it as text, or: iconv -f IBM-1047 -t UTF-8
[12]
