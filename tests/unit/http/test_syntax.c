#include "http/syntax.h"

#include "tests/support/test.h"

TestSuite(syntax, .timeout = 10);

Test(syntax, knows_a_token)
{
    cr_expect(is_token("gzip", 4));
    cr_expect(is_token("!#$%&'*+-.^_`|~09azAZ", 21));
    cr_expect(is_token("a b", 1), "what comes after the length is not looked at");
    cr_expect_not(is_token("a b", 3));
    cr_expect_not(is_token("", 0));
    cr_expect_not(is_token("a", 2), "NUL");
    cr_expect_not(is_token("a:", 2));
    cr_expect_not(is_token("\xc3\xbc", 2));
}

/* RFC 9110 section 5.6.1: elements joined by "|", to see where each begins and ends. */
Test(syntax, takes_a_list_apart)
{
    static const struct {
        const char *list, *elements;
    } cases[] = {
        {"", "|"},     {"a", "a|"},   {"a,b", "a|b|"}, {" a , \tb c\t", "a|b c|"},
        {"a,", "a||"}, {",a", "|a|"}, {" , ,", "|||"}, {"a;q=1,b", "a;q=1|b|"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char joined[32];
        char *end = joined;
        const char *list = cases[i].list;
        const char *element;
        size_t length;
        while (list_next(&list, &element, &length)) {
            end = stpcpy(mempcpy(end, element, length), "|");
        }
        cr_expect_str_eq(joined, cases[i].elements, "'%s': %s", cases[i].list, joined);
        cr_expect_null(list);
    }
}

Test(syntax, trims_spaces_and_tabs_at_both_ends)
{
    static const struct {
        const char *text, *rest;
    } cases[] = {
        {"", ""}, {" \t ", ""}, {"a", "a"}, {"\t a b \t", "a b"}, {"a\n ", "a\n"}, {" \va", "\va"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = strlen(cases[i].text);
        const char *rest = trim(cases[i].text, &length);
        cr_expect_eq(length, strlen(cases[i].rest), "'%s'", cases[i].text);
        cr_expect_arr_eq(rest, cases[i].rest, length, "'%s'", cases[i].text);
    }
}

/* RFC 9112 section 9.3. */
Test(syntax, finds_whether_a_connection_persists)
{
    static const struct {
        const char *options;
        bool http10, http11;
    } cases[] = {
        {"", false, true},
        {"x", false, true},
        {"keep-alive", true, true},
        {"x,\tKeep-Alive", true, true},
        {"close", false, false},
        {"x , CLOSE\t, y", false, false},
        {"close, keep-alive", false, false},
        {"keep-alive, close", false, false},
        {"closed, keep-alives", false, true},
        {"close a", false, true},
        {", ,close,\t", false, false},
        {"keep-alive\t", true, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct connection_options options = {0};
        connection_options_add(&options, cases[i].options);
        cr_expect_eq(connection_persists(&options, 0), cases[i].http10, "'%s'", cases[i].options);
        cr_expect_eq(connection_persists(&options, 1), cases[i].http11, "'%s'", cases[i].options);
    }
}

Test(syntax, adds_the_options_of_several_fields)
{
    struct connection_options options = {0};
    connection_options_add(&options, "close");
    connection_options_add(&options, "x");
    cr_expect(options.close, "a later field takes nothing back");
    options = (struct connection_options){0};
    connection_options_add(&options, "x");
    connection_options_add(&options, "keep-alive");
    cr_expect(connection_persists(&options, 0));
}

Test(syntax, compares_an_element_in_any_case)
{
    cr_expect(element_is("Close, x", 5, "close"));
    cr_expect_not(element_is("close", 5, "clos"));
    cr_expect_not(element_is("clos", 4, "close"));
    cr_expect_not(element_is("", 0, "close"));
}

static bool is_one_of(int c, const char *marks)
{
    return c > 0 && strchr(marks, c);
}

/* RFC 9110 section 5.6.2, RFC 3986 sections 2 and 3.2.2. */
Test(syntax, knows_what_each_character_may_be_part_of)
{
    for (int c = -128; c < 128; c++) {
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        unsigned classes = 0;
        if (letter || is_one_of(c, "!#$%&'*+-.^_`|~"))
            classes |= CHAR_TOKEN;
        if (letter || is_one_of(c, "-_~!$&'()*+;="))
            classes |= CHAR_NAME;
        if (c > ' ' && c < 0x7f)
            classes |= CHAR_TARGET;
        if (is_one_of(c, "#%.?"))
            classes |= CHAR_MARK;
        cr_expect_eq(classes_of((char)c), classes, "%d: %x", c, classes_of((char)c));
    }
}

/* RFC 3986 section 3.2.2. */
Test(syntax, knows_a_host)
{
    static const char *const hosts[] = {
        "h", "h:80", "h:", "a-b.c_d.", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:80", "%41",
    };
    static const char *const others[] = {
        "%zz", "h\ti", "",   ":80", "h:x", "h:1:2", ".h",     "a..b", "h,i", "h i",
        "h/",  "u@h",  "%4", "%4g", "[]",  "[::1",  "[::1]x", "[h]",  "::1", "h\x80",
    };
    for (size_t i = 0; i < COUNT(hosts); i++)
        cr_expect(is_host(hosts[i], strlen(hosts[i])), "%s", hosts[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        cr_expect_not(is_host(others[i], strlen(others[i])), "%s", others[i]);
}
