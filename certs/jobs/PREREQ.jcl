//PREREQ   JOB (0),'OURS, NOT IBM',CLASS=A,REGION=0M,
//             MSGCLASS=H,NOTIFY=&SYSUID
//*-------------------------------------------------------------------*
//* This job is ours. It makes what the workshop's jobs ZCEETLSC and
//* IMSTLS find on the workshop's system and do not make themselves:
//* users, groups, two certificate authorities and a key ring.
//* Run it first.
//*-------------------------------------------------------------------*
//RACDCERT EXEC PGM=IKJEFT01,REGION=0M
//SYSTSPRT DD SYSOUT=*
//SYSTSIN  DD *
 /* Groups that may use the z/OS Connect server */
ADDGROUP ZCEEUSRS
ADDGROUP GMINVOKE

 /* Users under which the z/OS Connect server and IMS Connect run */
ADDUSER LIBSERV NAME('Z/OS CONNECT') NOPASSWORD
ADDUSER IMSSTC NAME('IMS CONNECT') NOPASSWORD

 /* CA certificates that other exercises of the workshop make */
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('zCEE CA') OU('ATS') +
  O('IBM')) WITHLABEL('zCEE CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('CA for Liberty') +
  OU('LIBERTY')) WITHLABEL('Liberty CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))

 /* Inbound key ring of the z/OS Connect server */
RACDCERT ID(LIBSERV) ADDRING(Liberty.KeyRing)
RACDCERT ID(LIBSERV) CONNECT(RING(Liberty.KeyRing) +
  LABEL('Liberty CA') CERTAUTH USAGE(CERTAUTH))

SETROPTS RACLIST(DIGTCERT DIGTRING) REFRESH
