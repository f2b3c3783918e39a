#include "hob/http.h"

#include "tests/support/or_none.h"
#include "tests/support/test.h"

/* RFC 9110 sections 12.4.2 and 12.5. */
Test(accept, the_most_specific_element_decides)
{
    static const struct {
        const char *list, *name;
        int weight;
        bool named;
    } cases[] = {
        {NULL, "text/html", 0, false},
        {"", "text/html", 0, false},
        {"text/html", "text/html", 1000, true},
        {"TEXT/Html", "text/html", 1000, true},
        {"text/*", "text/html", 1000, false},
        {"*/*", "text/html", 1000, false},
        {"text/*;version=1", "text/html;version=1", 1000, false},
        {"image/*, text/htmlx, xtext/html, text", "text/html", 0, false},
        {"text/html;q=0.2, text/*;q=0.4, */*;q=0.6", "text/html", 200, true},
        {"*/*;q=0.6, text/*;q=0.4", "text/html", 400, false},
        {"*/*;q=0.6, image/*;q=0.4", "text/html", 600, false},
        {"text/html;q=0, */*", "text/html", 0, false},
        {"text/html;q=0.3, text/html;q=0.5", "text/html", 500, true},
        {"*", "text/html", 0, false},

        {"text/plain;version=1;q=0.2, text/plain;q=0.8", "text/plain;version=1", 200, true},
        {"text/plain;version=2, text/plain;q=0.8", "text/plain;version=1", 800, true},
        {"text/plain;version=2", "text/plain;version=1", 0, false},
        {"text/plain;version=10", "text/plain;version=1", 0, false},
        {"text/plain;Version=\"1\"", "text/plain;version=1", 1000, true},
        {"text/plain;format=flowed", "text/plain", 1000, true},

        {"gzip, br;q=0.5", "gzip", 1000, true},
        {"gzip, br;q=0.5", "br", 500, true},
        {"gzip;q=0.5, *;q=0.1", "zstd", 100, false},
        {"de-AT, de;q=0.7", "de", 700, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_preference found = hob_preference_for(cases[i].list, cases[i].name);
        cr_expect_eq(found.weight, cases[i].weight, "%s: %d", or_none(cases[i].list), found.weight);
        cr_expect_eq(found.named, cases[i].named, "%s", or_none(cases[i].list));
    }
}

Test(accept, a_weight_has_up_to_three_digits_behind_the_point)
{
    static const struct {
        const char *list;
        int weight;
    } cases[] = {
        {"br;q=1", 1000},    {"br;q=1.000", 1000}, {"br;q=1.5", 1000}, {"br;q=2", 0},
        {"br;q=0", 0},       {"br;q=0.000", 0},    {"br;q=0.5", 500},  {"br;q=0.05", 50},
        {"br;q=0.005", 5},   {"br;q=0.0005", 0},   {"br;q=.2", 200},   {"br;q=x", 0},
        {"br ; Q=0.5", 500}, {"br;q=", 0},         {"br;q", 0},        {"br;", 1000},
        {"br;;q=0.5", 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            hob_preference_for(cases[i].list, "br").weight, cases[i].weight, "%s", cases[i].list);
}

/* RFC 9110 section 5.6.1. */
Test(accept, a_list_has_a_token_in_any_case)
{
    static const struct {
        const char *list, *token;
        bool has;
    } cases[] = {
        {"", "close", false},
        {"close", "close", true},
        {"Close", "cLOSE", true},
        {"keep-alive, Upgrade", "upgrade", true},
        {"keep-alive,\tUpgrade ", "upgrade", true},
        {",, close,,", "close", true},
        {"closed, xclose", "close", false},
        {"clos", "close", false},
        {" , ", "", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            hob_list_has(cases[i].list, cases[i].token), cases[i].has, "'%s': '%s'", cases[i].list,
            cases[i].token);
}
