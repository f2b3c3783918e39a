/* The methods that a route can have (RFC 9110 section 9, RFC 5789). */
#ifndef HOB_ROUTER_METHOD_H
#define HOB_ROUTER_METHOD_H

#include <stddef.h>

enum {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_COUNT, /* any other method */
};

struct method_name {
    const char *text;
    size_t length;
};

extern const struct method_name method_names[METHOD_COUNT];

/* Returns METHOD_GET for "GET" and so on; METHOD_COUNT for a method that no route can have. */
size_t method_find(const char *name, size_t length);

#endif
