/* Prints the words of the policy language as a dictionary of libFuzzer. */

#include <stdio.h>

#include "policy/ciphers.h"
#include "policy/schema.h"
#include "policy/testing.h"

static void word(const char *text)
{
    printf("\"%s\"\n", text);
}

int main(void)
{
    size_t i;

    for (i = 0; i < STMT_COUNT; i++)
        printf("\"%s a\\x0A{\\x0A\"\n",
               schema_statement((enum policy_stmt)i)->keyword);
    for (i = 0; i < PARM_COUNT; i++)
        printf("\"%s \"\n", schema_parm((enum policy_parm)i)->keyword);
    for (i = 0; i < schema_choice_count(); i++)
        word(schema_choice(i)->text);
    for (i = 0; i < cipher_count(); i++)
        word(cipher_get(i)->name);
    word("1301C02F0035");
    word("10.1.2.3/24");
    word("2001:db8::1");
    word("1024-65535");
    word("08:00-17:30");
    word("//'SYS1.TCPPARMS(MEM)'");
    word("\\x0A}\\x0A");
    word("# attls-allow: ");
    word("# attls-allow-file: ");
    return 0;
}
