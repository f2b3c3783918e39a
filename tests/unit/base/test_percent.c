#include "base/percent.h"

#include "hob/http.h"
#include "tests/support/coroutine.h"

TestSuite(percent, .timeout = 20);

Test(percent, has_two_hex_digits)
{
    static const struct {
        const char *text;
        int octet;
    } cases[] = {
        {"%00", 0},    {"%09", 9},   {"%0a", 10},  {"%0F", 15},    {"%90", 0x90},
        {"%aF", 0xaf}, {"%ff", 255}, {"%FF", 255}, {"%410", 0x41}, {"", -1},
        {"%", -1},     {"%4", -1},   {"4%1", -1},  {"%g0", -1},    {"%0g", -1},
        {"%G0", -1},   {"%/0", -1},  {"%0:", -1},  {"%@0", -1},    {"%0`", -1},
        {"% 1", -1},   {"%-1", -1},  {"%0x", -1},  {"%%41", -1},   {"%\xb4\x31", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(percent_octet(cases[i].text), cases[i].octet, "%s", cases[i].text);
}

CoroutineTest(percent, decodes_what_encodes_something)
{
    static const struct {
        const char *text, *decoded;
    } cases[] = {
        {"", ""},
        {"a", "a"},
        {"%41", "A"},
        {"%41%42c", "ABc"},
        {"a%2Fb%2fc", "a/b/c"},
        {"%c3%BC", "\xc3\xbc"},
        {"%ff", "\xff"},
        {"a+b", "a+b"},
        {"%2541", "%41"},
        {"%0d%0A", "\r\n"},
        {"%", "%"},
        {"%%", "%%"},
        {"%4", "%4"},
        {"%zz%41", "%zzA"},
        {"%%41", "%A"},
        {"%00", "%00"},
        {"a%00b%41", "a%00bA"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(
            hob_percent_decode(cases[i].text, strlen(cases[i].text)), cases[i].decoded, "%s",
            cases[i].text);
}

CoroutineTest(percent, decodes_no_more_than_it_is_given)
{
    cr_expect_str_eq(hob_percent_decode("%41%42", 0), "");
    cr_expect_str_eq(hob_percent_decode("%41%42", 1), "%");
    cr_expect_str_eq(hob_percent_decode("%41%42", 2), "%4");
    cr_expect_str_eq(hob_percent_decode("%41%42", 3), "A");
    cr_expect_str_eq(hob_percent_decode("%41%42", 5), "A%4");
}

CoroutineTest(percent, decodes_each_byte)
{
    for (int byte = 1; byte < 256; byte++) {
        char text[8];
        const char expected[] = {(char)byte, '\0'};
        snprintf(text, sizeof(text), "%%%02x", byte);
        cr_expect_str_eq(hob_percent_decode(text, 3), expected, "%s", text);
        snprintf(text, sizeof(text), "%%%02X", byte);
        cr_expect_str_eq(hob_percent_decode(text, 3), expected, "%s", text);
    }
}

CoroutineTest(percent, encodes_all_but_unreserved_characters)
{
    static const struct {
        const char *text, *encoded;
    } cases[] = {
        {"", ""},
        {"azAZ09-._~", "azAZ09-._~"},
        {"a/b c", "a%2Fb%20c"},
        {"100%+&=?#", "100%25%2B%26%3D%3F%23"},
        {"\xc3\xbc", "%C3%BC"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(
            hob_percent_encode(cases[i].text, strlen(cases[i].text)), cases[i].encoded, "%s",
            cases[i].text);
    cr_expect_str_eq(hob_percent_encode("a\0b", 3), "a%00b");
    cr_expect_null(hob_percent_encode("", SIZE_MAX));
}

CoroutineTest(percent, encodes_what_is_decoded_again)
{
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {(char)byte, '\0'};
        const char *encoded = hob_percent_encode(text, 1);
        cr_expect_str_eq(hob_percent_decode(encoded, strlen(encoded)), text, "%s", encoded);
    }
}
