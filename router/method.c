#include "method.h"

#include <string.h>

#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
const struct method_name method_names[METHOD_COUNT] = {
    NAME("GET"),   NAME("HEAD"),   NAME("POST"),    NAME("PUT"),
    NAME("PATCH"), NAME("DELETE"), NAME("OPTIONS"),
};

size_t method_find(const char *name, size_t length)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (method_names[i].length == length && memcmp(method_names[i].text, name, length) == 0)
            return i;
    }
    return METHOD_COUNT;
}
