#include "observe/requests.h"

#include "server/request.h"
#include "tests/support/child.h"
#include "tests/support/test.h"
#include "tests/support/written_metrics.h"

static struct requests requests;

static void begin(void)
{
    requests_init(&requests);
}

static void end(void)
{
    requests_free(&requests);
}

TestSuite(requests, .init = begin, .fini = end, .timeout = 60);

static void add(const char *route, const char *method, int status, double seconds)
{
    struct hob_request request = {.route = route, .method = method};
    requests_add(&requests, &(hob_exchange){.req = &request, .status = status, .seconds = seconds});
}

/* The caller's to free. */
static char *told(void)
{
    hob_exposition records = {.bytes = NULL};
    requests_expose(&requests, &records);
    return written_metrics(&records, false);
}

static void expect_told(const char *const *lines, size_t count)
{
    char *text = told();
    for (size_t i = 0; i < count; i++)
        cr_expect(strstr(text, lines[i]), "no %s in %s", lines[i], text);
    free(text);
}

Test(requests, by_route_and_method_and_status)
{
    static const char *const lines[] = {
        "{route=\"GET /tea\",method=\"GET\",status=\"200\"} 3\n",
        "{route=\"GET /tea\",method=\"GET\",status=\"504\"} 1\n",
        "{route=\"GET /tea\",method=\"HEAD\",status=\"200\"} 1\n",
        "{route=\"POST /tea\",method=\"POST\",status=\"0\"} 1\n",
        "{route=\"other\",method=\"GET\",status=\"404\"} 1\n",
        "_bucket{route=\"GET /tea\",le=\"0.5\"} 4\n",
        "_bucket{route=\"GET /tea\",le=\"1.0\"} 5\n",
        "_count{route=\"GET /tea\"} 5\n",
        "_sum{route=\"GET /tea\"} 3\n",
        "_count{route=\"POST /tea\"} 1\n",
        "_count{route=\"other\"} 1\n",
    };
    char same_text[] = "GET /tea"; /* at another address: from another router */
    add("GET /tea", "GET", 200, 0.5);
    add("GET /tea", "GET", 200, 0.5);
    add("GET /tea", "GET", 504, 0.5);
    add("GET /tea", "HEAD", 200, 1);
    add(same_text, "GET", 200, 0.5);
    add("POST /tea", "POST", 0, 1);
    add(NULL, "GET", 404, 1);
    expect_told(lines, COUNT(lines));
}

Test(requests, with_the_most_stack_that_was_used)
{
    static const char *const lines[] = {
        "hob_stack_used_bytes{route=\"GET /tea\"} 65536\n",
        "hob_stack_size_bytes{route=\"GET /tea\"} 131072\n",
        "hob_stack_used_bytes{route=\"other\"} 4096\n",
    };
    add("GET /coffee", "GET", 200, 0);
    requests_record_stack(&requests, "GET /tea", 8192, 131072);
    requests_record_stack(&requests, "GET /tea", 65536, 131072);
    requests_record_stack(&requests, "GET /tea", 4096, 131072);
    requests_record_stack(&requests, NULL, 4096, 131072);
    expect_told(lines, COUNT(lines));
    char *text = told();
    cr_expect_eq(count_text(text, "hob_stack_used_bytes{"), 2, "%s", text);
    free(text);
}

static void note_stacks(void *arg)
{
    static const size_t kib[] = {96, 100, 100, 8, 104};
    for (size_t i = 0; i < COUNT(kib); i++)
        requests_record_stack(&requests, "GET /tea", kib[i] * 1024, (size_t)128 * 1024);
}

Test(requests, warn_when_three_quarters_of_a_stack_are_used)
{
    struct child_end end = run_in_child(note_stacks, NULL);
    cr_expect_eq(count_text(end.output, "warn"), 2, "%s", end.output);
    cr_expect_not_null(
        strstr(end.output, "GET /tea has used 100 of the 128 KiB of its stack"), "%s", end.output);
    cr_expect_not_null(strstr(end.output, "has used 104 of"), "%s", end.output);
}

/* A name that a client makes up must not become a series. */
Test(requests, by_the_methods_that_are_known)
{
    static const char *const lines[] = {
        "{route=\"other\",method=\"other\",status=\"501\"} 3\n",
        "{route=\"other\",method=\"DELETE\",status=\"501\"} 1\n",
    };
    add(NULL, "BREW", 501, 0);
    add(NULL, "get", 501, 0);
    add(NULL, "", 501, 0);
    add(NULL, "DELETE", 501, 0);
    expect_told(lines, COUNT(lines));
}

Test(requests, have_an_end_to_their_routes)
{
    enum { ROUTES = 2100, AT_MOST = 2000 };
    static char patterns[ROUTES][16];
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < ROUTES; i++) {
            snprintf(patterns[i], sizeof(patterns[i]), "GET /%zu", i);
            add(patterns[i], "GET", 200, 0.5);
        }
    }
    char *text = told();
    cr_expect_eq(count_text(text, "\nhob_http_requests_total{"), AT_MOST + 1);
    cr_expect_eq(count_text(text, "status=\"200\"} 2\n"), AT_MOST);
    cr_expect(strstr(text, "{route=\"other\",method=\"GET\",status=\"200\"} 200\n"));
    free(text);
}
