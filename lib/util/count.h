#ifndef UTIL_COUNT_H
#define UTIL_COUNT_H

/*
 * A number of things as people say it: count_of(1, "rule").text is "1 rule",
 * count_of(2, "rule").text "2 rules". What has more than an s behind it is
 * given as both: count_of(n, "rule needs|rules need").
 */

struct counted {
    char text[64];
};

struct counted count_of(unsigned long long n, const char *what);

#endif
