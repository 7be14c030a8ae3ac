//IMSTLS   JOB (0),'LIBERTY RACF',CLASS=A,REGION=0M,
//             MSGCLASS=H,NOTIFY=&SYSUID
//RACDCERT EXEC PGM=IKJEFT01,REGION=0M
//SYSTSPRT DD SYSOUT=*
//SYSTSIN  DD *
 /* Create a CA certficate for IMS */
racdcert certauth gencert subjectsdn(cn('IMS CA') ou('ATS') +
ou('ATS') o('IBM')) withlabel('IMS CA') keyusage(certsign) +
notafter(date(2022/12/31))
 /* Create a server certficate for IMS client request */
racdcert id(IMSSTC) gencert subjectsdn(cn('wg31.washington.ibm.com') +
ou('ATS') o('IBM')) withlabel('IMSSTC') signwith(certauth +
label('IMS CA')) notafter(date(2021/12/31)
setr raclist(digtcert,digtnmap) refresh
 /* Create IMS key ring and connect CA and personal certificates */
racdcert id(IMSSTC) addring(IMS.KeyRing)
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMS CA') certauth usage(certauth))
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('IMS CA') certauth usage(certauth))
 /* Connect default personal certificiate */
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMSSTC') default
setropts raclist(digtring,digtnmap) refresh
