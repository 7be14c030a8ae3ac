//PREREQ   JOB (0),'OURS, NOT IBM',CLASS=A,REGION=0M,
//             MSGCLASS=H,NOTIFY=&SYSUID
//*-------------------------------------------------------------------*
//* This job is ours. It makes what the workshop's jobs IMSPTKT, ZCEETLSC
//* and IMSTLS find on the workshop's system and do not make themselves:
//* users, groups, two certificate authorities, a key ring, and the
//* client certificates that callers of z/OS Connect have.
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

 /* Users who call the z/OS Connect server */
ADDUSER FRED NAME('FRED') PASSWORD(FRED)
ADDUSER USER1 NAME('USER1') PASSWORD(USER1)

 /* CA certificates that other exercises of the workshop make */
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('zCEE CA') OU('ATS') +
  O('IBM')) WITHLABEL('zCEE CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('CA for Liberty') +
  OU('LIBERTY')) WITHLABEL('Liberty CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))

 /* Their client certificates: the workshop's fred.p12 and user1.p12 */
RACDCERT ID(FRED) GENCERT SUBJECTSDN(CN('FRED') OU('LIBERTY')) +
  WITHLABEL('FRED') SIGNWITH(CERTAUTH LABEL('Liberty CA')) +
  NOTAFTER(DATE(2022/12/31))
RACDCERT ID(USER1) GENCERT SUBJECTSDN(CN('USER1') OU('LIBERTY')) +
  WITHLABEL('USER1') SIGNWITH(CERTAUTH LABEL('Liberty CA')) +
  NOTAFTER(DATE(2022/12/31))

 /* Inbound key ring of the z/OS Connect server */
RACDCERT ID(LIBSERV) ADDRING(Liberty.KeyRing)
RACDCERT ID(LIBSERV) CONNECT(RING(Liberty.KeyRing) +
  LABEL('Liberty CA') CERTAUTH USAGE(CERTAUTH))

SETROPTS RACLIST(DIGTCERT DIGTRING) REFRESH
