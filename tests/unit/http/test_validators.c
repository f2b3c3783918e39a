#include "http/validators.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TIME   784111777
#define DATE   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"
#define TAG    "\"2ebc98a1.7b-2a\""
#define NOW    (TIME + 1000)

static struct validators validators_at(time_t now)
{
    struct validators validators;
    struct stat file = {.st_mtim = {.tv_sec = TIME, .tv_nsec = 0x7b}, .st_size = 42};
    validators_of(&validators, &file, now);
    return validators;
}

Test(validators, tell_a_version_by_time_and_size)
{
    struct validators validators = validators_at(NOW);
    cr_expect_str_eq(validators.etag, TAG, "%s", validators.etag);
    cr_expect_str_eq(validators.last_modified, DATE);
}

/* RFC 9110 section 8.8.1: it could change again and have the same time. */
Test(validators, are_weak_while_the_file_is_new)
{
    static const struct {
        int age; /* seconds */
        bool strong;
        bool dated;
    } cases[] = {
        {1000, true, true}, {2, true, true},    {1, false, true},
        {0, false, true},   {-1, false, false}, {-1000, false, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct validators validators = validators_at(TIME + cases[i].age);
        const char *tag = cases[i].strong ? TAG : "W/" TAG;
        const char *date = cases[i].dated ? DATE : "";
        cr_expect_str_eq(validators.etag, tag, "%d: %s", cases[i].age, validators.etag);
        cr_expect_str_eq(validators.last_modified, date, "%d", cases[i].age);
    }
}

Test(validators, bear_times_that_make_no_sense)
{
    static const time_t times[] = {INT64_MIN, -1, INT64_MAX};
    for (size_t i = 0; i < COUNT(times); i++) {
        struct validators validators;
        struct stat file = {
            .st_mtim = {.tv_sec = times[i], .tv_nsec = 999999999},
            .st_size = INT64_MAX,
        };
        validators_of(&validators, &file, NOW);
        cr_expect_str_empty(validators.last_modified);
        cr_expect_eq(validators.etag[strlen(validators.etag) - 1], '"', "%s", validators.etag);
    }
}

/* RFC 9110 sections 13.1.1 to 13.1.4, and 13.2.2 for their order. */
Test(validators, conditions_are_checked_in_order)
{
    static const struct {
        struct conditions conditions;
        int status;
    } cases[] = {
        {{0}, 200},
        {{.if_match = TAG}, 200},
        {{.if_match = "*"}, 200},
        {{.if_match = "\"a\", " TAG}, 200},
        {{.if_match = "\"a\",,\t" TAG " , \"b\""}, 200},
        {{.if_match = "\"a,\", " TAG}, 200},
        {{.if_match = "\"a\""}, 412},
        {{.if_match = "W/" TAG}, 412},
        {{.if_match = ""}, 412},
        {{.if_match = "2ebc98a1.7b-2a"}, 412},
        {{.if_match = "\"2ebc98a1.7b-2\""}, 412},
        {{.if_match = "\"2ebc98a1.7b-2a"}, 412},
        {{.if_match = "\"2ebc98a1.7b-2ab\""}, 412},
        {{.if_match = "broken, " TAG}, 412},
        {{.if_match = "\"a b\", " TAG}, 412},

        {{.if_unmodified_since = DATE}, 200},
        {{.if_unmodified_since = AFTER}, 200},
        {{.if_unmodified_since = BEFORE}, 412},
        {{.if_unmodified_since = "Sunday, 06-Nov-94 08:49:36 GMT"}, 412},
        {{.if_unmodified_since = "yesterday"}, 200},
        {{.if_match = TAG, .if_unmodified_since = BEFORE}, 200},
        {{.if_match = "\"a\"", .if_unmodified_since = AFTER}, 412},

        {{.if_none_match = TAG}, 304},
        {{.if_none_match = "W/" TAG}, 304},
        {{.if_none_match = "*"}, 304},
        {{.if_none_match = "\"a\", W/\"b\", " TAG}, 304},
        {{.if_none_match = "\"a\""}, 200},
        {{.if_none_match = "\"a\", *"}, 200},
        {{.if_none_match = ""}, 200},
        {{.if_none_match = "w/" TAG}, 200},
        {{.if_none_match = "W/ " TAG}, 200},

        {{.if_modified_since = DATE}, 304},
        {{.if_modified_since = AFTER}, 304},
        {{.if_modified_since = "Sun Nov  6 08:49:37 1994"}, 304},
        {{.if_modified_since = BEFORE}, 200},
        {{.if_modified_since = "784111778"}, 200},
        {{.if_none_match = TAG, .if_modified_since = BEFORE}, 304},
        {{.if_none_match = "\"a\"", .if_modified_since = AFTER}, 200},

        {{.if_match = TAG, .if_none_match = TAG}, 304},
        {{.if_match = "\"a\"", .if_none_match = TAG}, 412},
        {{.if_unmodified_since = DATE, .if_modified_since = DATE}, 304},
        {{.if_unmodified_since = BEFORE, .if_none_match = TAG}, 412},
    };
    struct validators validators = validators_at(NOW);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct conditions *conditions = &cases[i].conditions;
        int status = validators_check(&validators, conditions, NOW);
        cr_expect_eq(
            status, cases[i].status, "case %zu, %s %s %s %s: %d", i,
            conditions->if_match ? conditions->if_match : "",
            conditions->if_unmodified_since ? conditions->if_unmodified_since : "",
            conditions->if_none_match ? conditions->if_none_match : "",
            conditions->if_modified_since ? conditions->if_modified_since : "", status);
    }
}

Test(validators, weak_ones_do_for_caches_but_not_for_parts)
{
    struct validators validators = validators_at(TIME);
    struct conditions cached = {.if_none_match = TAG};
    struct conditions same = {.if_match = "W/" TAG ", " TAG};
    cr_expect_eq(validators_check(&validators, &cached, TIME), 304);
    cr_expect_eq(validators_check(&validators, &same, TIME), 412);
    cr_expect(validators_allow_range(&validators, NULL, TIME));
    cr_expect_not(validators_allow_range(&validators, TAG, TIME));
    cr_expect_not(validators_allow_range(&validators, "W/" TAG, TIME));
    cr_expect_not(validators_allow_range(&validators, DATE, TIME));
}

/* RFC 9110 section 13.1.5. */
Test(validators, ranges_are_only_for_the_version_that_the_client_has)
{
    static const struct {
        const char *if_range;
        bool allowed;
    } cases[] = {
        {NULL, true},
        {TAG, true},
        {DATE, true},
        {"Sunday, 06-Nov-94 08:49:37 GMT", true},
        {BEFORE, false},
        {AFTER, false},
        {"W/" TAG, false},
        {"\"a\"", false},
        {TAG ", \"a\"", false},
        {"*", false},
        {"", false},
        {"yesterday", false},
    };
    struct validators validators = validators_at(NOW);
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            validators_allow_range(&validators, cases[i].if_range, NOW), cases[i].allowed, "%s",
            cases[i].if_range);
}
