#include "method.h"

#include <string.h>

const char *const method_names[METHOD_COUNT] = {"GET",   "HEAD",   "POST",   "PUT",
                                                "PATCH", "DELETE", "OPTIONS"};

size_t method_find(const char *name, size_t length)
{
    size_t i = 0;
    while (i < METHOD_COUNT &&
           (strncmp(method_names[i], name, length) != 0 || method_names[i][length] != '\0'))
        i++;
    return i;
}
