/* Queries and forms (https://url.spec.whatwg.org/#urlencoded-parsing). */

#include "hob/testing.h"
#include "tests/support/coroutine.h"
#include "tests/support/or_none.h"

TestSuite(pairs, .timeout = 20);

struct lookup {
    const char *pairs, *name, *value;
};

static const struct lookup lookups[] = {
    {"a=b", "a", "b"},
    {"a=b", "b", NULL},
    {"a=b", "", NULL},
    {"a=b", "A", NULL},
    {"a=b&c=d", "a", "b"},
    {"a=b&c=d", "c", "d"},
    {"ab=c", "a", NULL},
    {"a=c", "ab", NULL},
    /* The first of several. */
    {"a=b&a=c", "a", "b"},
    {"a=&a=c", "a", ""},
    /* Without a value, without a name, without either. */
    {"a", "a", ""},
    {"a=", "a", ""},
    {"a&b", "b", ""},
    {"=b", "", "b"},
    {"=", "", ""},
    {"", "", NULL},
    {"&", "", NULL},
    {"&&a=b&&", "a", "b"},
    {"&&a=b&&", "", NULL},
    /* Only the first "=" divides, and nothing else does. */
    {"a=b=c", "a", "b=c"},
    {"a==", "a", "="},
    {"a=b;c=d", "a", "b;c=d"},
    {"a=b?c", "a", "b?c"},
    {"?a=b", "?a", "b"},
    /* Decoded. */
    {"a=b+c", "a", "b c"},
    {"a=+", "a", " "},
    {"a+b=c", "a b", "c"},
    {"a=%2B", "a", "+"},
    {"a=b%26c%3Dd", "a", "b&c=d"},
    {"%61=b", "a", "b"},
    {"a%3Db=c", "a=b", "c"},
    {"a%26=b", "a&", "b"},
    {"a=%c3%BC", "a", "\xc3\xbc"},
    {"a=%0D%0a", "a", "\r\n"},
    {"a=%252B", "a", "%2B"},
    {"a=%2b%20+", "a", "+  "},
    /* Incomplete encodings. */
    {"a=%", "a", "%"},
    {"a=100%&b=c", "a", "100%"},
    {"a=%4&1=b", "a", "%4"},
    {"a=%zz", "a", "%zz"},
    {"a=%+1", "a", "% 1"},
    {"a%=b", "a%", "b"},
    {"%=b", "%", "b"},
    {"a=%3&b", "a", "%3"},
    /* A string cannot hold what this encodes. */
    {"a=b%00c", "a", "b%00c"},
    {"a%00=b", "a", NULL},
    {"a%00b=c", "a%00b", "c"},
};

static void expect_value(const struct lookup *lookup, const char *value)
{
    cr_expect_str_eq(
        or_none(value), or_none(lookup->value), "'%s' of '%s': %s", lookup->name, lookup->pairs,
        or_none(value));
}

CoroutineTest(pairs, of_a_form_are_found_by_name)
{
    for (size_t i = 0; i < COUNT(lookups); i++) {
        const char *value;
        int found = hob_form_value(lookups[i].pairs, lookups[i].name, &value);
        cr_expect_eq(found, lookups[i].value != NULL, "%s", lookups[i].pairs);
        expect_value(&lookups[i], value);
    }
}

static int expect_query_value(hob_request *req, hob_response *res)
{
    const struct lookup *lookup = hob_request_context(req);
    expect_value(lookup, hob_request_query_value(req, lookup->name));
    return hob_reply_text(res, 200, "");
}

/* One whose client asked for this target. */
static void expect_in_query(const struct lookup *lookup, const char *target)
{
    char line[128];
    struct lookup context = *lookup;
    const hob_server_options server = {.handler = expect_query_value, .context = &context};
    snprintf(line, sizeof(line), "GET %s", target);
    hob_test_reply_free(hob_test_request(&server, line, NULL));
}

Test(pairs, of_a_query_are_found_by_name)
{
    for (size_t i = 0; i < COUNT(lookups); i++) {
        char target[64];
        snprintf(target, sizeof(target), "/a?%s", lookups[i].pairs);
        expect_in_query(&lookups[i], target);
    }
}

Test(pairs, are_not_there_without_a_query)
{
    static const struct lookup lookup = {"", "a", NULL};
    expect_in_query(&lookup, "/a=b");
    expect_in_query(&lookup, "/?");
    expect_in_query(&lookup, "http://h");
}

CoroutineTest(pairs, are_not_there_without_a_form)
{
    const char *value = "";
    cr_expect_eq(hob_form_value(NULL, "a", &value), 0);
    cr_expect_null(value);
    cr_expect_eq(hob_form_value("", "a", &value), 0);
}

/* Writes "name:value," for each. */
static void list_pairs(const char *pairs, char *list, size_t size)
{
    const char *name, *value;
    size_t length = 0;
    list[0] = '\0';
    while (hob_next_pair(&pairs, &name, &value) > 0)
        length += (size_t)snprintf(list + length, size - length, "%s:%s,", name, value);
}

CoroutineTest(pairs, come_one_after_the_other)
{
    static const struct {
        const char *pairs, *list;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"&&", ""},
        {"a=b", "a:b,"},
        {"a=b&a=c&d", "a:b,a:c,d:,"},
        {"&a=b&&=c&", "a:b,:c,"},
        {"%61+=%2B+%", "a :+ %,"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char list[64];
        list_pairs(cases[i].pairs, list, sizeof(list));
        cr_expect_str_eq(list, cases[i].list, "%s: %s", or_none(cases[i].pairs), list);
    }
}
