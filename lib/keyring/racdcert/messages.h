#ifndef KEYRING_RACDCERT_MESSAGES_H
#define KEYRING_RACDCERT_MESSAGES_H

/*
 * RACDCERT's messages, one row each (Security Server RACF Messages and Codes,
 * IRRD messages). "(ours)" marks a wording or an id that no source shows;
 * what has no id at all is ours altogether.
 */

#define MSG_NO_CERT_INFO "IRRD105I No certificate information was found for %s."
#define MSG_NO_MATCH     "IRRD107I No matching certificate was found for this user."
#define MSG_DEFINED                                                            \
    "IRRD109I The certificate cannot be added.  Profile %s is already "        \
    "defined."
#define MSG_INPUT_ERROR                                                        \
    "IRRD103I An error was encountered processing the specified input data "   \
    "set." /* (ours) */
/* (ours) */
#define MSG_INPUT_NO_CERT                                                      \
    "IRRD104I The input data set does not contain a valid certificate."
/* The tails of IRRD113I are ours. */
#define MSG_SELF_SIGNED                                                        \
    "IRRD113I The certificate that you are adding is self-signed. The "        \
    "certificate is added with %s status."
#define MSG_ADD_DATES                                                          \
    "IRRD113I The certificate that you are adding has an incorrect date "      \
    "range. The certificate is added with %s status."
#define MSG_ADD_SIGNATURE                                                      \
    "IRRD113I The certificate that you are adding has a signature that "       \
    "cannot be checked. The certificate is added with %s status."
#define MSG_MADE_DATES                                                         \
    "IRRD113I The certificate that you are creating has an incorrect date "    \
    "range. The certificate is created with %s status."
#define MSG_NO_RING  "IRRD114I Ring %s does not exist."
#define MSG_NO_RINGS "IRRD115I User %s has no rings."
#define MSG_NOT_IN_RING                                                        \
    "IRRD116I Label %s does not exist in ring %s for user %s."
#define MSG_RING_OF_CERTAUTH                                                   \
    "IRRD120I Incorrect use of CERTAUTH. A Certificate Authority cannot own "  \
    "a key ring."
#define MSG_RING_OF_SITE                                                       \
    "IRRD120I Incorrect use of SITE. A Site Certificate cannot own a key "     \
    "ring."
#define MSG_RING_AND_LABEL                                                     \
    "IRRD121I A ring name and label name must be specified."
#define MSG_RING_EXISTS "IRRD122I Ring %s already exists." /* (ours) */
#define MSG_NEEDS_KEY                                                          \
    "IRRD128I %s requires a certificate with an associated private key. The "  \
    "request is not processed."
#define MSG_KEYWORD                                                            \
    "IRRD130I The %s keyword(s) must be specified. The request is not "        \
    "processed."
#define MSG_DATES                                                              \
    "IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. "   \
    "The certificate is not created."
#define MSG_STARTING_POINT                                                     \
    "IRRD141I The starting point specified for %s is not found in the "        \
    "certificate."
#define MSG_KEYUSAGE "IRRD156I Keyusage is incompatible with Key algorithm."
#define MSG_REFRESH                                                            \
    "IRRD175I The new profile for %s will not be in effect until a SETROPTS "  \
    "REFRESH has been issued." /* (ours: the tail) */
#define MSG_ADDED      "IRRD199I Certificate with label '%s' is added for %s."
#define MSG_CHECK      "IRRD302I The data set can't be checked:" /* (ours) */
#define MSG_NO_MAP     "No mapping information was found for %s."
#define MSG_LABEL_USED "The label %s is already in use for %s. %s"

/* TSO's own, of IKJPARS. */
#define MSG_MISSING       "IKJ56701I MISSING %s"
#define MSG_INVALID       "IKJ56702I INVALID %s, %s"
#define MSG_INVALID_ALONE "IKJ56702I INVALID %s"

#endif
