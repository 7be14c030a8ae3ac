/*
 * Marks what a thread does at a fixed rate, however many connections there are:
 *
 *     BY_TIME static void tell_some(struct x *x) ...
 *
 * tests/bench/count leaves such a function, and all that it calls, out of what
 * a connection costs. The mark is a section of the code's own, which the
 * counter finds in the binary: at run time it costs nothing.
 */

#ifndef UTIL_BY_TIME_H
#define UTIL_BY_TIME_H

#define BY_TIME __attribute__((noinline, section("by_time")))

#endif
