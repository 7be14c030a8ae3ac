/* See door.h. */

#include "support/door.h"

#include <pthread.h>
#include <stdbool.h>

struct door {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool open;
    unsigned came;
};

static struct door door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                           false, 0};

void door_pass(void)
{
    pthread_mutex_lock(&door.lock);
    door.came++;
    pthread_cond_broadcast(&door.cond);
    while (!door.open)
        pthread_cond_wait(&door.cond, &door.lock);
    pthread_mutex_unlock(&door.lock);
}

void door_await(unsigned n)
{
    pthread_mutex_lock(&door.lock);
    while (door.came < n)
        pthread_cond_wait(&door.cond, &door.lock);
    pthread_mutex_unlock(&door.lock);
}

void door_open(void)
{
    pthread_mutex_lock(&door.lock);
    door.open = true;
    pthread_cond_broadcast(&door.cond);
    pthread_mutex_unlock(&door.lock);
}
