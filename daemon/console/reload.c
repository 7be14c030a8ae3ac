/* A reload that an operator asked for: the caller waits for its end. */

#include <stdlib.h>
#include <strings.h>

#include "console/private.h"
#include "trace/operator.h"

struct waiting {
    struct console_socket *socket;
    uint64_t ticket;
    bool modify; /* as F PAGENT, which says that it was accepted */
};

static void reloaded(void *arg, int status, const struct strbuf *text)
{
    struct control_answer answer = {.status = status};
    struct waiting *w = arg;

    if (w->modify) {
        operator_add(OPERATOR_MODIFY_ACCEPTED, NULL, NULL, &answer.out);
        strbuf_addc(&answer.out, '\n');
    }
    strbuf_adds(&answer.out, strbuf_str(text));
    console_socket_reply(w->socket, w->ticket, &answer);
    strbuf_done(&answer.out);
    free(w);
}

void question_reload(struct question *q, enum pagent_how how, bool force)
{
    struct waiting *w = malloc(sizeof(*w));

    if (w == NULL) {
        question_fail(q, "no memory");
        return;
    }
    *w = (struct waiting){q->console->socket, q->answer->ticket,
                          how != PAGENT_START};
    q->answer->later = true;
    pagent_reload(q->console->services->pagent, how, force, reloaded, w);
}

bool question_names_agent(const struct question *q)
{
    const char *word = verb_word(&q->call, 0);

    return q->call.options.operand_count == 1 &&
           strcasecmp(word, "PAGENT") == 0;
}

bool question_agent_is_active(struct question *q)
{
    if (pagent_is_active(q->console->services->pagent))
        return true;
    operator_add(OPERATOR_NOT_ACTIVE, "PAGENT", NULL, &q->answer->out);
    strbuf_addc(&q->answer->out, '\n');
    question_fail(q, "the Policy Agent was ended (P PAGENT); attlsctl start "
                     "PAGENT starts it");
    return false;
}
