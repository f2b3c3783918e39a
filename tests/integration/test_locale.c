/*
 * The library in a program that follows its user's locale: de_DE writes 0.5 as "0,5", and in tr_TR
 * "I" is not the capital of "i". The test makes the locales from the sources that the package
 * "locales" of the C library has.
 */
#include <ctype.h>
#include <locale.h>

#include "tests/support/folder.h"
#include "tests/support/integration.h"

TestSuite(locale, .timeout = 60);

/* Begins to use a locale, such as "de_DE", in this process and those that it forks. */
static void use_locale(const char *name)
{
    const char *full_name = formatted("%s.UTF-8", name);
    setenv("LOCPATH", folder_path(""), 1);
    struct process *maker =
        start_command("/usr/bin/localedef", "-i", name, "-f", "UTF-8", folder_path(full_name));
    cr_assert_eq(process_result(maker), 0);
    cr_assert_not_null(setlocale(LC_ALL, full_name));
}

static hob_metrics *metrics;

static int serve_metrics(hob_request *req, hob_response *res)
{
    if (strcmp(hob_request_path(req), "/slow") == 0)
        return hob_sleep(PATIENCE);
    return hob_metrics_reply(metrics, req, res);
}

static void tell_numbers(void *unused, hob_exposition *out)
{
    static const hob_metric half = {.name = "half", .type = HOB_METRIC_GAUGE, .help = "A half."};
    hob_metrics_put(out, &half, 0.5);
}

static bool has_comma_in_number(const char *text)
{
    for (const char *comma = strchr(text, ','); comma; comma = strchr(comma + 1, ',')) {
        if (comma > text && isdigit((unsigned char)comma[-1]) && isdigit((unsigned char)comma[1]))
            return true;
    }
    return false;
}

#define ACCEPT "Accept: application/openmetrics-text;q=0.5,text/plain;q=0.4\r\n"

ProcessTest(locale, with_a_comma_does_not_change_numbers)
{
    use_locale("de_DE");
    metrics = hob_metrics_new();
    hob_metrics_add(metrics, tell_numbers, NULL);
    struct server server = serve_with(serve_metrics, .handler_timeout = 0.25);
    struct raw_client client = raw_connect(&server);
    struct response response = raw_exchange(&client, REQUEST("GET /metrics", ACCEPT));
    cr_expect(strstr(response.head, "application/openmetrics-text"), "%s", response.head);
    cr_expect(strstr(response.body, "\nhalf 0.5\n"));
    cr_expect(strstr(response.body, "le=\"0.25\""));
    cr_expect_not(has_comma_in_number(response.body), "%s", response.body);
    response = raw_exchange(&client, GET("/slow"));
    cr_expect(strstr(response.body, "0.25 s"), "%s", response.body);
    raw_close(&client);
    hob_metrics_free(metrics);
}

static int serve_letters(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    if (strcmp(path, "/IMAGE.GIF") == 0)
        return hob_files(req, res, folder_path("."), path + 1);
    const char *value = hob_request_header(req, "if-none-match");
    int refused = hob_response_add_header(res, "X-REQUEST-ID", "mine");
    return reply(res, 200, "%s %d", value ? value : "none", refused);
}

/* The names that clients and programs spell with "I" or "i". */
ProcessTest(locale, with_other_letters_does_not_change_names)
{
    static const struct {
        const char *request;
        const char *expected; /* in the head or the body */
    } cases[] = {
        {REQUEST("GET /", "IF-NONE-MATCH: \"a\"\r\n"), "\"a\" -22"},
        {REQUEST("GET /IMAGE.GIF", ""), "Content-Type: image/gif\r\n"},
        {REQUEST("GET /IMAGE.GIF", "RANGE: BYTES=0-0\r\n"), "206 Partial Content\r\n"},
        {REQUEST("POST /", "EXPECT: 100-CONTINUE\r\nCONTENT-LENGTH: 0\r\n"), "none -22"},
        {"GET HTTP://hob/i HTTP/1.1\r\nHOST: hob\r\n\r\n", "none -22"},
    };
    use_locale("tr_TR");
    folder_add_text("IMAGE.GIF", "GIF");
    struct server server = serve(serve_letters);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, cases[i].request);
        bool found =
            strstr(response.head, cases[i].expected) || strstr(response.body, cases[i].expected);
        cr_expect(found, "%s: %s%s", cases[i].request, response.head, response.body);
    }
}
