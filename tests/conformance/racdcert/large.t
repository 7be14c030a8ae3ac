% Keys that take long to make: RSA of 3072 and 4096 bits.
$ racfjob --racf $T/r "ADDUSER ANN" >$T/noise 2>&1
$ for n in 3072 4096; do racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('$n')) RSA SIZE($n) WITHLABEL('$n') KEYUSAGE(HANDSHAKE)" && racdcert --racf $T/r "ID(ANN) LIST(LABEL('$n'))" | grep -E 'Algorithm|Key'; done
  Signing Algorithm: sha256RSA
  Key Usage: HANDSHAKE
  Key Type: RSA
  Key Size: 3072
  Private Key: YES
  Signing Algorithm: sha256RSA
  Key Usage: HANDSHAKE
  Key Type: RSA
  Key Size: 4096
  Private Key: YES
