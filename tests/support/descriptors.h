#ifndef SUPPORT_DESCRIPTORS_H
#define SUPPORT_DESCRIPTORS_H

/* What this process has open, and what its epoll sets watch. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static inline DIR *descriptors_folder(const char *path)
{
    DIR *d = opendir(path);

    if (d == NULL) {
        perror(path);
        abort();
    }
    return d;
}

/* A few more than there are, always as many more. */
static inline int descriptors_open(void)
{
    DIR *d = descriptors_folder("/proc/self/fd");
    int n = 0;

    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* In how many epoll sets FD is; -1: how many descriptors are in any. */
static inline int descriptors_watched(int fd)
{
    DIR *d = descriptors_folder("/proc/self/fdinfo");
    char path[300], line[200];
    struct dirent *e;
    int n = 0, target;
    FILE *f;

    while ((e = readdir(d)) != NULL) {
        snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", e->d_name);
        f = fopen(path, "r");
        while (f != NULL && fgets(line, sizeof(line), f) != NULL)
            n += sscanf(line, "tfd: %d", &target) == 1 &&
                 (fd == -1 || target == fd);
        if (f != NULL)
            fclose(f);
    }
    closedir(d);
    return n;
}

#endif
