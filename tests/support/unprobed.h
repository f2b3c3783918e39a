/* Code as most libraries of distributions are: compiled without stack probes. */
#ifndef HOB_TESTS_SUPPORT_UNPROBED_H
#define HOB_TESTS_SUPPORT_UNPROBED_H

/* Calls itself until depth is 0, in frames of 60 KiB, of which it touches only the lowest bytes. */
int recurse_unprobed(int depth);

#endif
