#include "percent.h"

#include <string.h>

bool is_unreserved(char c)
{
    static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-._~";
    return c != '\0' && strchr(unreserved, c);
}

/* Returns -1 for a character that is no hex digit. */
static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

int percent_octet(const char *at)
{
    if (at[0] != '%')
        return -1;
    int high = digit_value(at[1]);
    if (high < 0)
        return -1; /* and at[2] may be beyond the end */
    int low = digit_value(at[2]);
    return low < 0 ? -1 : high * 16 + low;
}

char percent_next(const char **at, const char *end)
{
    int byte = end - *at >= 3 ? percent_octet(*at) : -1;
    if (byte <= 0)
        return *(*at)++;
    *at += 3;
    return (char)byte;
}
