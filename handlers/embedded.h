/* Files that are part of the program. The build makes them: see cmake/embed.cmake. */
#ifndef HOB_HANDLERS_EMBEDDED_H
#define HOB_HANDLERS_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const unsigned char *bytes;
    size_t size;
};

/* handlers/page/, its style and scripts within. */
extern const struct embedded kitchen_page;
extern const struct embedded kitchen_page_gzip;

/* Its Content-Security-Policy, which names the style and the script by their hashes. */
extern const char kitchen_page_policy[];

/* handlers/french_fries.c, and so on. */
extern const struct embedded recipe_french_fries;
extern const struct embedded recipe_noodles;
extern const struct embedded recipe_meal;

#endif
