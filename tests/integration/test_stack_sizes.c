/*
 * Stacks that handlers run on (hob_server_options.stack).
 */

#include "tests/support/integration.h"

TestSuite(stack_sizes, .timeout = 60);

static int use_stack(long size)
{
    volatile char local[1024];
    local[0] = 1;
    return size == 0 ? 0 : use_stack(size - 1) + local[0];
}

/* Uses as many KiB as the path says. */
static int use_some(hob_request *req, hob_response *res)
{
    long size = strtol(hob_request_path(req) + 1, NULL, 10);
    return reply(res, 200, "%d", use_stack(size));
}

ServerTest(stack_sizes, the_usual_one_holds_a_hundred_kib, serve(use_some))
{
    cr_expect_str_eq(get(&server, "/100")->body.bytes, "100");
}

ServerTest(
    stack_sizes, a_larger_one_is_an_option_of_the_server,
    serve_with(use_some, .stack = (size_t)1024 * 1024))
{
    cr_expect_str_eq(get(&server, "/900")->body.bytes, "900");
}

Test(stack_sizes, one_that_is_too_large_is_refused)
{
    hob_server *server;
    hob_server_options options = {.handler = use_some, .stack = HOB_STACK_MAX + 1};
    cr_expect_eq(hob_server_open(&options, &server), -ERANGE);
}

/* The last measurement. */
static size_t measured, measured_size;
static int measured_count;

static void note(void *context, const char *route, size_t used, size_t size)
{
    measured = used;
    measured_size = size;
    measured_count++;
}

/* "/measure" measures the next request. */
static int use_or_measure(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    if (strcmp(path, "/measure") == 0)
        hob_server_measure_stack(hob_request_server(req), note, NULL);
    if (strcmp(path, "/measure") == 0 || strcmp(path, "/told") == 0)
        return reply(
            res, 200, "%d: %zu of %zu KiB", measured_count, measured / 1024, measured_size / 1024);
    return use_some(req, res);
}

ServerTest(stack_sizes, what_a_request_uses_is_measured_when_somebody_asks, serve(use_or_measure))
{
    get(&server, "/50");
    get(&server, "/measure");
    cr_expect_str_eq(get(&server, "/100")->body.bytes, "100");
    cr_expect_str_eq(get(&server, "/60")->body.bytes, "60");
    const char *told = get(&server, "/told")->body.bytes;
    char *end;
    cr_expect_eq(strtoul(told, &end, 10), 1, "%s", told);
    cr_assert_eq(strncmp(end, ": ", 2), 0, "%s", told);
    size_t used = strtoul(end + 2, &end, 10);
    cr_assert_eq(strncmp(end, " of ", 4), 0, "%s", told);
    cr_expect_geq(used, 100, "%s", told);
    cr_expect_leq(used, strtoul(end + 4, &end, 10), "%s", told);
    cr_expect_str_eq(end, " KiB");
}
