/*
 * The needs of almost every test: Criterion, the common headers of the C library, and COUNT.
 */
#ifndef HOB_TESTS_SUPPORT_TEST_H
#define HOB_TESTS_SUPPORT_TEST_H

#include "tests/support/criterion.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A row of a table that begins with the name of a function and the function. */
#define NAMED(function) #function, function

/* How often a text has a part in it. */
static inline size_t count_text(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

#endif
