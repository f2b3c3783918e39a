#include "handlers/routes.h"

#include "handlers/kitchen.h"
#include "hob/log.h"
#include "hob/router.h"
#include "tests/support/fake_request.h"
#include "tests/support/test.h"

static struct kitchen kitchen;
static hob_router *router;

static void begin(void)
{
    hob_log_set_level(HOB_LOG_ERROR);
    kitchen_init(&kitchen);
    kitchen.time_scale = 0;
    cr_assert_eq(routes_for_all(&kitchen, &router), 0);
}

static void end(void)
{
    hob_router_free(router);
}

TestSuite(routes, .init = begin, .fini = end, .timeout = 20);

/* The response to GET; the caller's to free. */
static struct fake_response get(const char *path)
{
    const struct fake_server server = {.handler = hob_router_handle, .router = router};
    char request[64];
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    struct fake_response response = fake_exchange(&server, request);
    cr_assert(strstr(response.bytes, "HTTP/1.1 200 OK\r\n") == response.bytes, "%s", path);
    return response;
}

static const char *content(const struct fake_response *response)
{
    return strstr(response->bytes, "\r\n\r\n") + 4;
}

Test(routes, serve_what_was_ordered)
{
    static const struct {
        const char *path, *content;
    } cases[] = {
        {"/french-fries", "french fries cooking done\n"},
        {"/noodles", "noodles cooking done\n"},
        {"/meal", "french fries cooking done\nnoodles cooking done\n"},
        {"/ping", "Hello, world!"},
        {"/healthz", "ok\n"},
        {"/readyz", "ready\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fake_response response = get(cases[i].path);
        cr_expect_str_eq(content(&response), cases[i].content, "%s", cases[i].path);
        fake_response_free(&response);
    }
}

Test(routes, begin_with_a_menu_that_tells_how_long_each_dish_takes)
{
    static const struct {
        double scale;
        const char *lines[3];
    } cases[] = {
        {1,
         {"GET /french-fries     4 s ", "GET /noodles          6 s ",
          "GET /meal             6 s "}},
        {0.005,
         {"GET /french-fries  0.02 s ", "GET /noodles       0.03 s ",
          "GET /meal          0.03 s "}},
        {1000000,
         {"GET /french-fries  4e+06 s ", "GET /noodles       6e+06 s ",
          "GET /meal          6e+06 s "}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kitchen.time_scale = cases[i].scale;
        struct fake_response response = get("/");
        for (size_t j = 0; j < COUNT(cases[i].lines); j++)
            cr_expect(
                strstr(content(&response), cases[i].lines[j]), "no '%s' in: %s", cases[i].lines[j],
                content(&response));
        cr_expect_str_eq(content(&response) + strlen(content(&response)) - 6, "GET /\n");
        fake_response_free(&response);
    }
}
