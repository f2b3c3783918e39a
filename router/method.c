#include "method.h"

#include <string.h>

const char *const method_names[METHOD_COUNT] = {"GET",   "HEAD",   "POST",   "PUT",
                                                "PATCH", "DELETE", "OPTIONS"};

size_t method_find(const char *name, size_t length)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const char *own = method_names[i];
        if (*own == *name && strlen(own) == length && memcmp(own, name, length) == 0)
            return i;
    }
    return METHOD_COUNT;
}
