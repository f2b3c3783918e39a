#include "server/problem.h"

#include "tests/support/or_none.h"
#include "tests/support/test.h"

/* RFC 9110 section 12.5.1. Two values stand for two headers. */
Test(problem, is_for_clients_that_prefer_json_to_text)
{
    static const struct {
        const char *accept, *again;
        bool expected;
    } cases[] = {
        {"application/json", NULL, true},
        {"application/problem+json", NULL, true},
        {"APPLICATION/JSON", NULL, true},
        {"application/json;q=0.5", NULL, true},
        {"application/json; charset=utf-8", NULL, true},
        {"application/*", NULL, true},
        {"text/plain;q=0.5, application/json", NULL, true},
        {"text/plain;q=0.5, application/json;q=0.6", NULL, true},
        {"text/plain ; q=0.500 , application/json ; q=0.501", NULL, true},
        {"application/json, */*;q=0.9", NULL, true},
        {"application/json, text/*;q=0", NULL, true},
        {"*/*, text/*;q=0", NULL, true},
        {"*/*;q=0.1", "application/json", true},

        {NULL, NULL, false},
        {"", NULL, false},
        {"*/*", NULL, false},
        {"text/plain", NULL, false},
        {"application/xml", NULL, false},
        {"application/json;q=0", NULL, false},
        {"application/*, application/json;q=0, application/problem+json;q=0", NULL, false},
        {"application/json, text/plain, */*", NULL, false},
        {"application/json;q=0.9, text/html", NULL, false},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", NULL, false},
        {"application/json;q=0.501, text/plain;q=0.502", NULL, false},
        {"application/json", "text/plain", false},
        {";q=1, /, application/jsonx", NULL, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char data[400];
        struct head head = {.data = data};
        if (cases[i].accept)
            head_add(&head, "Accept", 6, cases[i].accept, strlen(cases[i].accept));
        if (cases[i].again)
            head_add(&head, "accept", 6, cases[i].again, strlen(cases[i].again));
        cr_expect_eq(
            problem_is_preferred(&head), cases[i].expected, "%s", or_none(cases[i].accept));
    }
}

static void expect_problem(int status, const char *detail, const char *expected)
{
    char text[256];
    size_t length = problem_format(text, sizeof(text), status, detail);
    cr_expect_str_eq(text, expected, "%s", text);
    cr_expect_eq(length, strlen(text));
}

Test(problem, has_the_status_its_phrase_and_the_detail)
{
    expect_problem(404, NULL, "{\"status\":404,\"title\":\"Not Found\"}\n");
    expect_problem(599, "", "{\"status\":599,\"title\":\"\",\"detail\":\"\"}\n");
    expect_problem(
        400, "a \"b\" \\ \n \x7f \xc3\xbc",
        "{\"status\":400,\"title\":\"Bad Request\",\"detail\":"
        "\"a \\\"b\\\" \\\\ \\u000a \x7f \xc3\xbc\"}\n");
}

Test(problem, is_cut_where_a_character_ends)
{
    static const char *const characters[] = {"x", "\x01", "\xc3\xbc", "\xe2\x82\xac"};
    static const char *const escapes[] = {"x", "\\u0001", "\xc3\xbc", "\xe2\x82\xac"};
    for (size_t i = 0; i < COUNT(characters); i++) {
        for (size_t size = 100; size < 107; size++) {
            char text[110], detail[400] = "";
            for (int k = 0; k < 100; k++)
                strcat(detail, characters[i]);
            size_t length = problem_format(text, size, 431, detail);
            size_t escape = strlen(escapes[i]);
            cr_expect_eq(length, strlen(text));
            cr_expect(length < size && length > size - 14, "%zu of %zu", length, size);
            cr_expect_str_eq(text + length - 3, "\"}\n");
            cr_expect_eq(memcmp(text + length - 3 - escape, escapes[i], escape), 0, "%s", text);
        }
    }
}
