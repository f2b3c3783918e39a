#include "handlers/routes.h"

#include "handlers/kitchen.h"
#include "hob/log.h"
#include "hob/router.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
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

/* The reply to GET; the caller's to free. */
static hob_test_reply *get(const char *path)
{
    char line[64];
    snprintf(line, sizeof(line), "GET %s", path);
    hob_test_reply *reply = ask(router, line);
    cr_assert_eq(reply->status, 200, "%s", path);
    return reply;
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
        hob_test_reply *reply = get(cases[i].path);
        cr_expect_str_eq(reply->content, cases[i].content, "%s", cases[i].path);
        hob_test_reply_free(reply);
    }
}

Test(routes, begin_with_a_menu_with_the_time_of_each_dish)
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
        hob_test_reply *reply = get("/");
        for (size_t j = 0; j < COUNT(cases[i].lines); j++)
            cr_expect(
                strstr(reply->content, cases[i].lines[j]), "no '%s' in: %s", cases[i].lines[j],
                reply->content);
        cr_expect_str_eq(reply->content + strlen(reply->content) - 6, "GET /\n");
        hob_test_reply_free(reply);
    }
}
