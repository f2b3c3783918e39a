#include "content/http_date.h"

#include "hob/http.h"
#include "tests/support/test.h"

#define NOW ((time_t)1700000000) /* Tue, 14 Nov 2023 22:13:20 GMT */

static const struct {
    time_t date;
    const char *text;
} formatted[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
    {951782399, "Mon, 28 Feb 2000 23:59:59 GMT"},
    {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
    {NOW, "Tue, 14 Nov 2023 22:13:20 GMT"},
    {2147483648, "Tue, 19 Jan 2038 03:14:08 GMT"},
    {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
};

Test(http_date, is_formatted_and_read_back)
{
    for (size_t i = 0; i < COUNT(formatted); i++) {
        char text[HOB_HTTP_DATE_SIZE];
        time_t date = -1;
        hob_http_date(formatted[i].date, text);
        cr_expect_str_eq(text, formatted[i].text, "%s", text);
        cr_expect(http_date_parse(text, NOW, &date), "%s", text);
        cr_expect_eq(date, formatted[i].date, "%s", text);
    }
}

/* RFC 9110 section 5.6.7. */
Test(http_date, has_older_formats)
{
    static const struct {
        const char *text;
        time_t date;
    } cases[] = {
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Tuesday, 14-Nov-23 22:13:20 GMT", NOW},
        {"Tue Nov 14 22:13:20 2023", NOW},
        {"Tue Nov 04 22:13:20 2023", NOW - 10 * 86400},
        /* the day's name is not looked at closely */
        {"Mon, 06 Nov 1994 08:49:37 GMT", 784111777},
        /* two digits: no more than 50 years from now */
        {"Tuesday, 14-Nov-73 22:13:20 GMT", NOW + 1577923200},
        {"Wednesday, 14-Nov-74 22:13:20 GMT", NOW - 1546300800},
        /* a leap second */
        {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        time_t date = -1;
        cr_expect(http_date_parse(cases[i].text, NOW, &date), "%s", cases[i].text);
        cr_expect_eq(date, cases[i].date, "%s: %lld", cases[i].text, (long long)date);
    }
}

static void expect_no_dates(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        time_t date;
        cr_expect_not(http_date_parse(texts[i], NOW, &date), "%s", texts[i]);
    }
}

Test(http_date, all_else_is_none)
{
    static const char *const almost[] = {
        "Sun, 06 Nov 1994 08:49:37",      "Sun, 06 Nov 1994 08:49:37 ",
        "Sun, 06 Nov 1994 08:49:37 GM",   "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC",  "Sun, 06 Nov 1994 08:49:37 +0100",
        " Sun, 06 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT",  "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",   "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",  "Sun, 06 Xxx 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",    "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",   "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 -8:49:37 GMT",  "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",  "Sun, 32 Dec 1994 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT",  "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",  "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",  "Sun, 06-Nov-94 08:49:37 GMT",
    };
    static const char *const others[] = {
        "",
        "0",
        "now",
        "Sun",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov  6 08:49:37 94",
        "1994-11-06T08:49:37Z",
    };
    expect_no_dates(almost, COUNT(almost));
    expect_no_dates(others, COUNT(others));
}
