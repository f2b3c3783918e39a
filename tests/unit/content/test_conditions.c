#include "content/conditions.h"

#include "tests/support/or_none.h"
#include "tests/support/test.h"

#define TIME   784111777
#define DATE   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"
#define TAG    "\"2ebc98a1.7b-2a\""
#define NOW    (TIME + 1000)

static const hob_validators current = {.etag = TAG, .modified = TIME};

/* The fields, for messages. */
static const char *text_of(const struct conditions *self)
{
    static char text[300];
    snprintf(
        text, sizeof(text), "%s, %s, %s, %s", or_none(self->if_match),
        or_none(self->if_unmodified_since), or_none(self->if_none_match),
        or_none(self->if_modified_since));
    return text;
}

struct check {
    struct conditions conditions;
    int status;
};

static void
expect_checks(const struct check *cases, size_t count, const hob_validators *validators, bool reads)
{
    for (size_t i = 0; i < count; i++) {
        struct conditions conditions = cases[i].conditions;
        conditions.reads = reads;
        int status = conditions_check(&conditions, validators, NOW);
        cr_expect_eq(status, cases[i].status, "%s: %d", text_of(&conditions), status);
    }
}

/* RFC 9110 sections 13.1.1 to 13.1.4, and 13.2.2 for their order. */
Test(conditions, are_checked_in_order)
{
    static const struct check cases[] = {
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
    expect_checks(cases, COUNT(cases), &current, true);
}

/* RFC 9110 sections 13.1.2 and 13.1.3: 304 is for GET and HEAD alone. */
Test(conditions, of_other_methods_fail_with_412)
{
    static const struct check cases[] = {
        {{.if_match = TAG}, 200},
        {{.if_match = "\"a\""}, 412},
        {{.if_none_match = TAG}, 412},
        {{.if_none_match = "*"}, 412},
        {{.if_none_match = "\"a\""}, 200},
        {{.if_modified_since = AFTER}, 200},
        {{.if_unmodified_since = BEFORE}, 412},
    };
    expect_checks(cases, COUNT(cases), &current, false);
}

Test(conditions, without_content_only_a_match_fails)
{
    static const struct check cases[] = {
        {{0}, 200},
        {{.if_match = "*"}, 412},
        {{.if_match = TAG}, 412},
        {{.if_none_match = "*"}, 200},
        {{.if_none_match = TAG}, 200},
        {{.if_modified_since = AFTER}, 200},
        {{.if_unmodified_since = BEFORE}, 200},
    };
    expect_checks(cases, COUNT(cases), NULL, false);
}

Test(conditions, that_the_content_has_no_validator_for_do_not_count)
{
    static const hob_validators undated = {.etag = TAG}, unnamed = {.modified = TIME};
    static const struct conditions named = {.if_match = TAG, .reads = true};
    static const struct conditions any = {.if_match = "*", .reads = true};
    static const struct conditions dated = {.if_modified_since = AFTER, .reads = true};
    cr_expect_eq(conditions_check(&named, &unnamed, NOW), 412);
    cr_expect_eq(conditions_check(&any, &unnamed, NOW), 200);
    cr_expect_eq(conditions_check(&dated, &undated, NOW), 200);
    cr_expect_not(conditions_allow_range(TAG, &unnamed, NOW));
    cr_expect(conditions_allow_range(DATE, &unnamed, NOW));
    cr_expect_not(conditions_allow_range(DATE, &undated, NOW));
}

Test(conditions, weak_tags_do_for_caches_but_not_for_parts)
{
    static const hob_validators weak = {.etag = "W/" TAG, .modified = TIME};
    static const struct conditions cached = {.if_none_match = TAG, .reads = true};
    static const struct conditions same = {.if_match = "W/" TAG ", " TAG, .reads = true};
    cr_expect_eq(conditions_check(&cached, &weak, NOW), 304);
    cr_expect_eq(conditions_check(&same, &weak, NOW), 412);
    cr_expect(conditions_allow_range(NULL, &weak, NOW));
    cr_expect_not(conditions_allow_range(TAG, &weak, NOW));
    cr_expect_not(conditions_allow_range("W/" TAG, &weak, NOW));
    cr_expect_not(conditions_allow_range(DATE, &weak, NOW));
}

Test(conditions, dates_of_new_content_do_not_do_for_parts)
{
    cr_expect_not(conditions_allow_range(DATE, &current, TIME));
    cr_expect_not(conditions_allow_range(DATE, &current, TIME + 1));
    cr_expect(conditions_allow_range(DATE, &current, TIME + 2));
}

/* RFC 9110 section 13.1.5. */
Test(conditions, ranges_are_for_the_version_that_the_client_has)
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
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            conditions_allow_range(cases[i].if_range, &current, NOW), cases[i].allowed, "%s",
            cases[i].if_range);
}
