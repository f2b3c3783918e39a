#include "router/table.h"

#include "router/method.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

/* Random routes and paths, against a matcher that is too simple to be wrong. */
TestSuite(table, .timeout = 60);

enum { MAX_ROUTES = 24, TEXT_SIZE = 64 };

static const char *const methods[] = {"GET", "HEAD", "PUT"};

#define ANY_OF(array) ((array)[random_below(COUNT(array))])

/* Few different segments, so that much matches. "" makes double slashes. */
static const char *const literals[] = {"a", "b", "ab", ""};

static void write_random_path(char *path)
{
    size_t length = 0;
    for (uint32_t count = 1 + random_below(4); count > 0; count--)
        length += (size_t)snprintf(path + length, TEXT_SIZE - length, "/%s", ANY_OF(literals));
}

static void write_random_pattern(char *pattern)
{
    static const char letters[] = {'x', 'y', 'z'};
    char letter = ANY_OF(letters);
    size_t length = (size_t)snprintf(pattern, TEXT_SIZE, "%s ", ANY_OF(methods));
    for (uint32_t i = random_below(4); i > 0; i--) {
        char *end = pattern + length;
        if (random_below(2) == 0)
            length += (size_t)snprintf(end, TEXT_SIZE - length, "/%s", ANY_OF(literals));
        else
            length += (size_t)snprintf(end, TEXT_SIZE - length, "/{%c%u}", letter, i);
    }
    const char *last = random_below(3) == 0 ? "/{rest...}" : random_below(3) == 0 ? "/" : "/b";
    snprintf(pattern + length, TEXT_SIZE - length, "%s", last);
}

struct menu {
    char patterns[MAX_ROUTES][TEXT_SIZE];
    struct route *routes[MAX_ROUTES]; /* as they were added */
    struct route *sorted[MAX_ROUTES];
    struct table table;
};

/* Writes the pattern without its names. Those of a shape match the same. */
static void write_shape(char *shape, const char *pattern)
{
    for (; *pattern; pattern++) {
        *shape++ = *pattern;
        if (*pattern == '{')
            pattern += strcspn(pattern, ".}") - 1;
    }
    *shape = '\0';
}

static bool has_shape_of(const struct menu *menu, const char *pattern)
{
    char shape[TEXT_SIZE], other[TEXT_SIZE];
    write_shape(shape, pattern);
    for (size_t i = 0; i < menu->table.count; i++) {
        write_shape(other, menu->patterns[i]);
        if (strcmp(shape, other) == 0)
            return true;
    }
    return false;
}

static void fill_randomly(struct menu *menu)
{
    *menu = (struct menu){.table.routes = menu->sorted};
    for (uint32_t i = random_below(MAX_ROUTES + 1); i > 0; i--) {
        char *pattern = menu->patterns[menu->table.count];
        write_random_pattern(pattern);
        bool conflict = has_shape_of(menu, pattern);
        struct route *route = NULL;
        const hob_route line = {.pattern = pattern, .handler = hob_next}; /* never called */
        cr_assert_eq(route_new(&line, &route), 0, "%s", pattern);
        menu->routes[menu->table.count] = route;
        int err = table_insert(&menu->table, route);
        cr_assert_eq(err, conflict ? -EEXIST : 0, "%s", pattern);
        if (err < 0)
            route_free(route);
    }
    cr_assert_eq(table_complete(&menu->table), 0);
}

static void empty(struct menu *menu)
{
    for (size_t i = 0; i < menu->table.count; i++)
        route_free(menu->routes[i]);
    path_index_free(&menu->table.path_index);
}

/* Sets *rank to a string that is the less, the more specific the pattern is. */
static bool matches(const char *pattern, const char *path, char *rank)
{
    while (*pattern && *path) {
        size_t pattern_length = 1 + strcspn(pattern + 1, "/");
        size_t length = 1 + strcspn(path + 1, "/");
        bool literal = pattern[1] != '{';
        bool rest = strncmp(pattern, "/{rest...}", pattern_length) == 0 && !literal;
        if (literal && (length != pattern_length || memcmp(pattern, path, length) != 0))
            return false;
        if (!literal && !rest && length == 1)
            return false;
        *rank++ = (char)(literal ? '1' : rest ? '3' : '2');
        pattern += pattern_length;
        path += rest ? strlen(path) : length;
    }
    *rank = '\0';
    return *pattern == *path; /* both at the end */
}

/* Returns the pattern of the route that is to be found. */
static const char *
find_simply(const struct menu *menu, size_t method, const char *path, unsigned *bits)
{
    char best_rank[TEXT_SIZE] = "9";
    const char *best = "none";
    *bits = 0;
    for (size_t i = 0; i < menu->table.count; i++) {
        size_t own = menu->routes[i]->method;
        char rank[TEXT_SIZE];
        if (!matches(strchr(menu->patterns[i], '/'), path, rank))
            continue;
        *bits |= 1U << own;
        int order = strcmp(rank, best_rank);
        bool fits = own == method || (method == METHOD_HEAD && own == METHOD_GET);
        if (fits && (order < 0 || (order == 0 && own == method))) {
            memcpy(best_rank, rank, sizeof(rank));
            best = menu->patterns[i];
        }
    }
    return best;
}

static const char *pattern_of(const struct menu *menu, const struct route *route)
{
    size_t i = 0;
    while (i < menu->table.count && menu->routes[i] != route)
        i++;
    return i < menu->table.count ? menu->patterns[i] : "none";
}

/* Returns whether there was a route. */
static bool expect_same(const struct menu *menu, const char *method_name, const char *path)
{
    unsigned bits, expected_bits;
    size_t method = method_find(method_name, strlen(method_name));
    const struct route *found = table_find(&menu->table, method, path, &bits);
    const char *expected = find_simply(menu, method, path, &expected_bits);
    cr_expect_str_eq(
        pattern_of(menu, found), expected, "%s %s: %s instead of %s", method_name, path,
        pattern_of(menu, found), expected);
    if (!found)
        cr_expect_eq(bits, expected_bits, "%s %s: %x", method_name, path, bits);
    return found != NULL;
}

Test(table, finds_what_a_simple_search_finds)
{
    size_t found = 0;
    for (int i = 0; i < 4000; i++) {
        struct menu menu;
        fill_randomly(&menu);
        for (int j = 0; j < 50; j++) {
            char path[TEXT_SIZE];
            write_random_path(path);
            found += expect_same(&menu, ANY_OF(methods), path);
        }
        empty(&menu);
    }
    cr_expect(found > 50000 && found < 150000, "%zu of 200000", found);
}
