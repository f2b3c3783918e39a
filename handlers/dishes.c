#include "dishes.h"

#include <string.h>

#include "kitchen.h"

static const struct dish dishes[] = {
    {"french-fries", "french fries", cook_french_fries, .demo = false},
    {"noodles", "noodles", cook_noodles, .demo = false},
    {"meal", "meal", cook_meal, .demo = false},
    {"blocking", "blocking", block_the_thread, .demo = true, .single = true},
    {"offloaded", "offloaded", compute_on_other_thread, .demo = true},
};

const struct dish *find_dish(const struct kitchen *kitchen, const char *name)
{
    for (size_t i = 0; i < sizeof(dishes) / sizeof(dishes[0]); i++) {
        if (strcmp(name, dishes[i].name) == 0 && (kitchen->demo || !dishes[i].demo))
            return &dishes[i];
    }
    return NULL;
}
