/* Numbers in decimal, without the stack and the time that printf takes. */
#ifndef HOB_BASE_DECIMAL_H
#define HOB_BASE_DECIMAL_H

#include <stdint.h>

/* Writes the number at `at`, in up to 20 digits and without a NUL. Returns its end. */
static inline char *put_number(char *at, uint64_t number)
{
    if (number < 100) { /* as most are */
        unsigned tens = (unsigned)number / 10;
        *at = (char)('0' + tens);
        at += tens > 0;
        *at = (char)('0' + (unsigned)number % 10);
        return at + 1;
    }
    char *end = at + 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10)
        end++;
    for (char *digit = end; digit > at; number /= 10)
        *--digit = (char)('0' + number % 10);
    return end;
}

#endif
