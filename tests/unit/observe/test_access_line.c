#include "observe/access_line.h"

#include "tests/support/test.h"

#include <locale.h>

TestSuite(access_line, .timeout = 20);

static const hob_access_log_format formats[] = {
    HOB_ACCESS_LOG_COMBINED, HOB_ACCESS_LOG_JSON, HOB_ACCESS_LOG_LOGFMT};

/* Valid until the next call. */
static const char *line_of(hob_access_log_format format, const struct access_record *record)
{
    static char line[ACCESS_LINE_SIZE + 1];
    memset(line, '#', sizeof(line));
    size_t length = access_line(format, record, line);
    cr_assert_leq(length, ACCESS_LINE_SIZE);
    cr_assert_eq(line[ACCESS_LINE_SIZE], '#');
    line[length] = '\0';
    return line;
}

static void
expect_line(hob_access_log_format format, const struct access_record *record, const char *expected)
{
    const char *line = line_of(format, record);
    cr_expect_str_eq(line, expected, "\n%s%s", line, expected);
}

Test(access_line, has_the_second_in_utc_and_in_english)
{
    static const struct {
        time_t second;
        const char *combined, *others;
    } cases[] = {
        {0, "01/Jan/1970:00:00:00 +0000", "1970-01-01T00:00:00"},
        {971186136, "10/Oct/2000:13:55:36 +0000", "2000-10-10T13:55:36"},
        {1709210096, "29/Feb/2024:12:34:56 +0000", "2024-02-29T12:34:56"},
        {1798761599, "31/Dec/2026:23:59:59 +0000", "2026-12-31T23:59:59"},
        {253402300799, "31/Dec/9999:23:59:59 +0000", "9999-12-31T23:59:59"},
    };
    setenv("TZ", "HOB-7:30", 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[ACCESS_SECOND_SIZE];
        access_second(HOB_ACCESS_LOG_COMBINED, cases[i].second, text);
        cr_expect_str_eq(text, cases[i].combined, "%s", text);
        access_second(HOB_ACCESS_LOG_JSON, cases[i].second, text);
        cr_expect_str_eq(text, cases[i].others, "%s", text);
        access_second(HOB_ACCESS_LOG_LOGFMT, cases[i].second, text);
        cr_expect_str_eq(text, cases[i].others, "%s", text);
    }
}

static const struct access_record usual = {
    .second = "SECOND",
    .client = "127.0.0.1:50000",
    .millisecond = 7,
    .method = "GET",
    .path = "/noodles",
    .query = "progress",
    .protocol = "HTTP/1.1",
    .status = 200,
    .bytes = 21,
    .seconds = 6.0010009,
    .referer = "http://h/",
    .user_agent = "curl/7.88.1 (a b)",
    .id = "42",
    .route = "GET /noodles",
};

Test(access_line, has_all_that_its_format_has)
{
    expect_line(
        HOB_ACCESS_LOG_COMBINED, &usual,
        "127.0.0.1 - - [SECOND] \"GET /noodles?progress HTTP/1.1\" 200 21 \"http://h/\" "
        "\"curl/7.88.1 (a b)\"\n");
    expect_line(
        HOB_ACCESS_LOG_JSON, &usual,
        "{\"time\":\"SECOND.007Z\",\"client\":\"127.0.0.1:50000\",\"method\":\"GET\","
        "\"target\":\"/noodles?progress\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"bytes\":21,"
        "\"seconds\":6.001001,\"referer\":\"http://h/\",\"user_agent\":\"curl/7.88.1 (a b)\","
        "\"id\":\"42\",\"route\":\"GET /noodles\"}\n");
    expect_line(
        HOB_ACCESS_LOG_LOGFMT, &usual,
        "time=SECOND.007Z client=127.0.0.1:50000 method=GET target=/noodles?progress "
        "protocol=HTTP/1.1 status=200 bytes=21 seconds=6.001001 referer=http://h/ "
        "user_agent=\"curl/7.88.1 (a b)\" id=42 route=\"GET /noodles\"\n");
}

/* A client that has sent nothing that could be understood. */
Test(access_line, leaves_out_what_is_not_known)
{
    static const struct access_record unknown[] = {
        {.second = "SECOND", .client = "unix:", .status = 400, .bytes = 10},
        {.second = "SECOND",
         .client = "unix:",
         .method = "",
         .path = "",
         .protocol = "",
         .status = 400,
         .bytes = 10,
         .referer = "",
         .user_agent = "",
         .id = "",
         .route = ""},
    };
    for (size_t i = 0; i < COUNT(unknown); i++) {
        expect_line(
            HOB_ACCESS_LOG_COMBINED, &unknown[i], "unix: - - [SECOND] \"-\" 400 10 \"-\" \"-\"\n");
        expect_line(
            HOB_ACCESS_LOG_JSON, &unknown[i],
            "{\"time\":\"SECOND.000Z\",\"client\":\"unix:\",\"status\":400,\"bytes\":10,"
            "\"seconds\":0.000000}\n");
        expect_line(
            HOB_ACCESS_LOG_LOGFMT, &unknown[i],
            "time=SECOND.000Z client=unix: status=400 bytes=10 seconds=0.000000\n");
    }
}

static void
expect_part(hob_access_log_format format, const struct access_record *record, const char *part)
{
    const char *line = line_of(format, record);
    cr_expect(strstr(line, part), "no %s in %s", part, line);
}

Test(access_line, has_as_much_of_the_request_line_as_came)
{
    static const struct {
        const char *method, *path, *query, *protocol, *combined;
    } cases[] = {
        {"GET", "/", NULL, "HTTP/1.0", "\"GET / HTTP/1.0\""},
        {"GET", "/", "", "HTTP/1.1", "\"GET /? HTTP/1.1\""},
        {"OPTIONS", "*", NULL, "HTTP/1.1", "\"OPTIONS * HTTP/1.1\""},
        {"GET", "/old", NULL, "", "\"GET /old\""},
        {"BREW", NULL, NULL, NULL, "\"BREW\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct access_record record = usual;
        record.method = cases[i].method;
        record.path = cases[i].path;
        record.query = cases[i].query;
        record.protocol = cases[i].protocol;
        expect_part(HOB_ACCESS_LOG_COMBINED, &record, cases[i].combined);
    }
}

Test(access_line, has_the_clients_host_without_its_port_in_combined)
{
    static const char *const cases[][2] = {
        {"127.0.0.1:1", "127.0.0.1 - - "},        {"[::1]:65535", "::1 - - "},
        {"[2001:db8::1]:80", "2001:db8::1 - - "}, {"192.0.2.1", "192.0.2.1 - - "},
        {"[2001:db8::1]", "2001:db8::1 - - "},    {"unix:", "unix: - - "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct access_record record = usual;
        record.client = cases[i][0];
        const char *line = line_of(HOB_ACCESS_LOG_COMBINED, &record);
        cr_expect_eq(strncmp(line, cases[i][1], strlen(cases[i][1])), 0, "%s", line);
    }
}

Test(access_line, has_numbers_in_full)
{
    static const struct {
        int status;
        uint64_t bytes;
        double seconds;
        const char *combined, *json, *logfmt;
    } cases[] = {
        {0, 0, 0, "\" 000 - \"", "\"status\":0,\"bytes\":0,\"seconds\":0.000000,",
         " status=0 bytes=0 seconds=0.000000 "},
        {599, UINT64_MAX, 0.0000005, "\" 599 18446744073709551615 \"",
         "\"status\":599,\"bytes\":18446744073709551615,\"seconds\":0.000001,",
         " status=599 bytes=18446744073709551615 seconds=0.000001 "},
        {200, 10, 3600.9999996, "\" 200 10 \"", "\"bytes\":10,\"seconds\":3601.000000,",
         " bytes=10 seconds=3601.000000 "},
        {200, 1, 1e300, "\" 200 1 \"", "\"seconds\":1000000000.000000,",
         " seconds=1000000000.000000 "},
        {200, 1, -1, "\" 200 1 \"", "\"seconds\":0.000000,", " seconds=0.000000 "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct access_record record = usual;
        record.status = cases[i].status;
        record.bytes = cases[i].bytes;
        record.seconds = cases[i].seconds;
        expect_part(HOB_ACCESS_LOG_COMBINED, &record, cases[i].combined);
        expect_part(HOB_ACCESS_LOG_JSON, &record, cases[i].json);
        expect_part(HOB_ACCESS_LOG_LOGFMT, &record, cases[i].logfmt);
    }
}

Test(access_line, quotes_in_logfmt_what_would_be_read_otherwise)
{
    static const char *const cases[][2] = {
        {"curl", " user_agent=curl "},       {"a/b?c:d;e,f'g", " user_agent=a/b?c:d;e,f'g "},
        {"a b", " user_agent=\"a b\" "},     {"a=b", " user_agent=\"a=b\" "},
        {"a\"b", " user_agent=\"a\\\"b\" "}, {"a\\b", " user_agent=\"a\\\\b\" "},
        {"a\nb", " user_agent=\"a\\nb\" "},  {"\xc3\xbc", " user_agent=\"\\u00fc\" "},
    };
    struct access_record record = usual;
    for (size_t i = 0; i < COUNT(cases); i++) {
        record.user_agent = cases[i][0];
        expect_part(HOB_ACCESS_LOG_LOGFMT, &record, cases[i][1]);
    }
    record.query = "a=b";
    expect_part(HOB_ACCESS_LOG_LOGFMT, &record, " target=\"/noodles?a=b\" ");
}

/* Input by which a client would forge a line, or a part of its own line. */
static const char *const hostile[] = {
    "x\r\n127.0.0.1 - - [SECOND] \"GET /forged HTTP/1.1\" 200 1 \"-\" \"-\"",
    "x\" 200 1 \"-\" \"-\"\n",
    "x\",\"status\":200,\"x\":\"",
    "x\"}\n{\"time\":\"SECOND\"}",
    "x status=200 route=forged",
    "x\" status=200 route=\"forged",
    "\\",
    "\\\\\\",
    "\\\"",
    "\"",
    "x\x1b]0;title\x07\x1b[2J",
    "x\xc2\x9b[2J\xe2\x80\xae",
    "\xff\xc0\xaf\xed\xa0\x80",
    "\t\v\f\x7f\x01",
};

/* Counts what is not behind a backslash. */
static size_t count_quotes(const char *line)
{
    size_t count = 0;
    for (; *line; line++) {
        count += *line == '"';
        line += *line == '\\' && line[1];
    }
    return count;
}

static void expect_harmless(hob_access_log_format format, const struct access_record *record)
{
    static const size_t quotes[] = {
        [HOB_ACCESS_LOG_COMBINED] = 6,
        /* Of 9 strings, and of the names of those and of 3 numbers. */
        [HOB_ACCESS_LOG_JSON] = 2 * (9 + 9 + 3),
        [HOB_ACCESS_LOG_LOGFMT] = 2 * 6,
    };
    const char *line = line_of(format, record);
    size_t length = strlen(line);
    for (size_t i = 0; i + 1 < length; i++)
        cr_assert(line[i] >= ' ' && line[i] <= '~', "%s", line);
    cr_expect_eq(line[length - 1], '\n');
    cr_expect_eq(count_quotes(line), quotes[format], "%zu: %s", count_quotes(line), line);
}

Test(access_line, cannot_be_forged)
{
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct access_record record = usual;
        record.method = record.path = record.query = hostile[i];
        record.referer = record.user_agent = record.id = record.route = hostile[i];
        for (size_t k = 0; k < COUNT(formats); k++)
            expect_harmless(formats[k], &record);
    }
}

Test(access_line, has_an_end_however_long_its_parts_are)
{
    static const char *const fills[] = {"x", "\"", "\n", "\xff", "\xc3\xbc", "\xf0\x9f\x8d\x9f"};
    for (size_t i = 0; i < COUNT(fills); i++) {
        static char endless[20001];
        size_t size = strlen(fills[i]);
        memset(endless, 0, sizeof(endless));
        for (size_t at = 0; at + size < sizeof(endless); at += size)
            memcpy(endless + at, fills[i], size);
        struct access_record record = {
            .second = "22/Nov/2026:16:33:22 +0000",
            .client = "[1111:2222:3333:4444:5555:6666:7777:8888]:65535",
            .millisecond = 999,
            .method = endless,
            .path = endless,
            .query = endless,
            .protocol = "HTTP/1.1",
            .status = 599,
            .bytes = UINT64_MAX,
            .seconds = 1e300,
            .referer = endless,
            .user_agent = endless,
            .id = endless,
            .route = endless,
        };
        for (size_t k = 0; k < COUNT(formats); k++) {
            const char *line = line_of(formats[k], &record);
            cr_expect_eq(line[strlen(line) - 1], '\n');
            cr_expect(strstr(line, "..."), "%s", line);
        }
    }
}
