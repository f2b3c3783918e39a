#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void error_set(hob_error *self, const char *format, ...)
{
    va_list args;
    if (!self)
        return;
    va_start(args, format);
    vsnprintf(self->text, sizeof(self->text), format, args);
    va_end(args);
}

void error_append(hob_error *self, const char *format, ...)
{
    va_list args;
    if (!self)
        return;
    size_t length = strlen(self->text);
    va_start(args, format);
    vsnprintf(self->text + length, sizeof(self->text) - length, format, args);
    va_end(args);
}
