/* Files that are compiled into the program: see cmake/embed.cmake. */
#ifndef HOB_HANDLERS_EMBEDDED_H
#define HOB_HANDLERS_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const unsigned char *bytes;
    size_t size;
};

/* The page of handlers/page/, with its style and scripts. */
extern const struct embedded kitchen_page;
extern const struct embedded kitchen_page_gzip;

/* The Content-Security-Policy of the page, with the hashes of the style and the script. */
extern const char kitchen_page_policy[];

/* handlers/french_fries.c, noodles.c and meal.c. */
extern const struct embedded recipe_french_fries;
extern const struct embedded recipe_noodles;
extern const struct embedded recipe_meal;

#endif
