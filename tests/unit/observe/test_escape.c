#include "observe/escape.h"

#include "tests/support/random.h"
#include "tests/support/test.h"

TestSuite(escape, .timeout = 20);

typedef char *escaper(char *at, const char *text, size_t limit);

static const char *escaped(escaper *escape, const char *text, size_t limit)
{
    static char out[4096];
    cr_assert_leq(limit, sizeof(out) - 2);
    memset(out, '#', sizeof(out));
    char *end = escape(out, text, limit);
    cr_assert_leq((size_t)(end - out), limit, "%s", text);
    cr_assert_eq(out[limit], '#', "it wrote beyond its limit: %s", text);
    *end = '\0';
    return out;
}

struct spelling {
    const char *text, *expected;
};

static void expect_escaped(escaper *escape, const struct spelling *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *out = escaped(escape, cases[i].text, 200);
        cr_expect_str_eq(out, cases[i].expected, "%s: %s", cases[i].text, out);
    }
}

static const struct spelling plain[] = {
    {"", ""},
    {"a", "a"},
    {"/a/b?c=d&e", "/a/b?c=d&e"},
    {"Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"},
    {" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~", " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"},
};

Test(escape, leaves_what_is_plain_as_it_is)
{
    expect_escaped(escape_json, plain, COUNT(plain));
    expect_escaped(escape_nginx, plain, COUNT(plain));
    for (size_t i = 0; i < COUNT(plain); i++)
        cr_expect(is_plain(plain[i].text));
}

static const struct spelling as_json[] = {
    {"\"", "\\\""},
    {"a\"b\\c", "a\\\"b\\\\c"},
    {"\r\n", "\\r\\n"},
    {"\b\f\t", "\\b\\f\\t"},
    {"\x01\x1f\x7f", "\\u0001\\u001f\\u007f"},
    {"\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"},
    /* Characters. */
    {"\xc3\xbc", "\\u00fc"},
    {"\xe2\x82\xac", "\\u20ac"},
    {"\xf0\x9f\x8d\x9f", "\\ud83c\\udf5f"},
    {"\xc2\x80|\xdf\xbf|\xe0\xa0\x80|\xef\xbf\xbf", "\\u0080|\\u07ff|\\u0800|\\uffff"},
    {"\xed\x9f\xbf|\xee\x80\x80", "\\ud7ff|\\ue000"},
    {"\xf0\x90\x80\x80|\xf4\x8f\xbf\xbf", "\\ud800\\udc00|\\udbff\\udfff"},
    {"\xc2\x9b"
     "31m",
     "\\u009b31m"},                                 /* CSI, which terminals obey too */
    {"\xe2\x80\xa8\xe2\x80\xae", "\\u2028\\u202e"}, /* a line separator, and "right to left" */
    /* What is no UTF-8, byte by byte: RFC 3629 section 3. */
    {"\x80", "\\ufffd"},
    {"\xff\xfe", "\\ufffd\\ufffd"},
    {"\xc3", "\\ufffd"},
    {"\xc3(", "\\ufffd("},
    {"\xc0\x80", "\\ufffd\\ufffd"}, /* NUL, too long */
    {"\xc1\xbf", "\\ufffd\\ufffd"},
    {"\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd"}, /* "/", too long */
    {"\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd"},
    {"\xf0\x8f\xbf\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd"},
    {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},            /* a surrogate */
    {"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"}, /* above U+10FFFF */
    {"\xf5\x80\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
    {"\xe2\x82", "\\ufffd\\ufffd"},
    {"\xf0\x9f\x8d\"", "\\ufffd\\ufffd\\ufffd\\\""}, /* the quote is no part of it */
    {"\xe2\x82\n", "\\ufffd\\ufffd\\n"},
};

Test(escape, writes_strings_of_json)
{
    expect_escaped(escape_json, as_json, COUNT(as_json));
    for (size_t i = 0; i < COUNT(as_json); i++)
        cr_expect_not(is_plain(as_json[i].text), "%s", as_json[i].text);
}

Test(escape, writes_as_nginx_does)
{
    static const struct spelling cases[] = {
        {"\"", "\\x22"},
        {"a\"b\\c", "a\\x22b\\x5Cc"},
        {"\r\n\t", "\\x0D\\x0A\\x09"},
        {"\f\x01\x1f\x7f", "\\x0C\\x01\\x1F\\x7F"},
        {"\x1b[31mred", "\\x1B[31mred"},
        {"\xc3\xbc\xff", "\\xC3\\xBC\\xFF"},
        {"\\x41", "\\x5Cx41"},
    };
    expect_escaped(escape_nginx, cases, COUNT(cases));
}

Test(escape, cuts_what_is_too_long_at_a_whole_character)
{
    static const struct {
        const char *text;
        size_t limit;
        const char *expected;
    } cases[] = {
        {"abcdefgh", 11, "abcdefgh"},
        {"abcdefgh", 10, "abcdefg..."},
        {"abcdefgh", 3, "..."},
        {"", 3, ""},
        {"abc\n", 8, "abc\\n"},
        {"abc\n", 7, "abc..."},
        {"\n\n\n\n", 10, "\\n\\n\\n..."},
        {"\xc3\xbc", 9, "\\u00fc"},
        {"\xc3\xbc", 8, "..."},
        {"\xf0\x9f\x8d\x9f", 15, "\\ud83c\\udf5f"},
        {"\xf0\x9f\x8d\x9f", 14, "..."},
        {"a\"", 6, "a\\\""},
        {"a\"", 5, "a..."},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *out = escaped(escape_json, cases[i].text, cases[i].limit);
        cr_expect_str_eq(out, cases[i].expected, "%s: %s", cases[i].text, out);
    }
}

/* Any bytes, at any limit: nothing but what is visible, and no quote that is not escaped. */
Test(escape, lets_nothing_out_of_a_string)
{
    static escaper *const escapers[] = {escape_json, escape_nginx};
    for (int i = 0; i < 100000; i++) {
        char text[64] = "";
        size_t length = random_below(sizeof(text));
        for (size_t k = 0; k < length; k++)
            text[k] =
                (char)(random_below(3) ? 1 + random_below(255) : (uint32_t) "\"\\\n"[random_below(3)]);
        const char *out = escaped(escapers[i % 2], text, 3 + random_below(200));
        for (; *out; out++) {
            cr_assert(*out >= ' ' && *out <= '~');
            cr_assert_neq(*out, '"');
            if (*out == '\\')
                cr_assert_neq(*++out, '\0'); /* a pair, whatever it is */
        }
    }
}
