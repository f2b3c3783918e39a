/*
 * Orders that a neighbour cooks: two hobs, of which one orders from the other.
 */
#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/listening.h"
#include "tests/support/metrics_page.h"
#include "tests/support/stream.h"

TestSuite(delivery, .timeout = 60);

/* A value of --upstream: the neighbour b. Valid until the next call. */
static const char *upstream(const struct server *neighbour)
{
    static char value[160];
    snprintf(value, sizeof(value), "b=http://%s", server_address(neighbour));
    return value;
}

#define start_beside(neighbour, ...) server_start("--upstream", upstream(neighbour), ##__VA_ARGS__)

/* A test with a neighbour, which START starts, and the kitchen that orders from it. */
#define NeighbourTest(name, ...)                                                                   \
    static void name##_with(struct server neighbour, struct server kitchen);                       \
    ProcessTest(delivery, name)                                                                    \
    {                                                                                              \
        struct server neighbour = __VA_ARGS__;                                                     \
        name##_with(neighbour, start_beside(&neighbour));                                          \
    }                                                                                              \
    static void name##_with(struct server neighbour, struct server kitchen)

static void expect_failure(const struct order *order, long status, const char *reason)
{
    cr_expect_eq(order->status, status, "%ld: %s", order->status, order->body.bytes);
    cr_expect(strstr(order->body.bytes, reason), "%s", order->body.bytes);
    cr_expect(order_has_field(order, "Cache-Control: no-store"), "%s", order->head.bytes);
}

/* Dishes. */

NeighbourTest(each_dish_comes_from_the_neighbour, server_start("--time-scale", "0.001"))
{
    static const char *const cases[][2] = {
        {"/delivery/french-fries?from=b", FRIES_DONE},
        {"/delivery/noodles?from=b", NOODLES_DONE},
        {"/delivery/meal?from=b&deadline=20", FRIES_DONE NOODLES_DONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *dish = get(&kitchen, cases[i][0]);
        cr_expect_eq(dish->status, 200, "%s: %ld", cases[i][0], dish->status);
        cr_expect_str_eq(dish->body.bytes, cases[i][1]);
        cr_expect(order_has_field(dish, "Content-Type: text/plain; charset=utf-8"));
        cr_expect(order_has_field(dish, "Cache-Control: no-store"));
    }
    cr_expect_eq(server_log_count(&neighbour, "cooking done"), 4);
    cr_expect_eq(server_log_count(&kitchen, "cooking done"), 0);
    cr_expect(strstr(get(&kitchen, "/")->body.bytes, "a neighbour cooks it: b\n"));
}

ProcessTest(delivery, the_neighbour_may_have_a_socket_and_a_query)
{
    char path[] = "/tmp/hob-delivery-XXXXXX", listen[64], near[80], far[200];
    cr_assert_not_null(mkdtemp(path));
    snprintf(listen, sizeof(listen), "unix:%s/b", path);
    snprintf(near, sizeof(near), "near=%s", listen);
    struct server neighbour =
        server_wait(program_start("--listen", listen, "--time-scale", "0.001"));
    struct server kitchen = server_start("--upstream", near);
    snprintf(far, sizeof(far), "far=http://%s/delivery/?from=near", server_address(&kitchen));
    struct server guest = server_start("--upstream", far);
    cr_expect_str_eq(get(&guest, "/delivery/noodles?from=far")->body.bytes, NOODLES_DONE);
    struct order *followed = get(&guest, "/delivery/noodles?from=far&progress");
    cr_expect(strstr(followed->body.bytes, "boil the egg"), "%s", followed->body.bytes);
    cr_expect_eq(server_stop(&neighbour), 0);
    cr_expect_eq(rmdir(path), 0);
}

ProcessTest(delivery, orders_that_make_no_sense_are_refused)
{
    static const struct {
        const char *path;
        long status;
        const char *text;
    } cases[] = {
        {"/delivery/noodles", 400, "from: missing; the neighbours are b, c\n"},
        {"/delivery/noodles?from=", 404,
         "from: there is no such neighbour; the neighbours are b, c\n"},
        {"/delivery/noodles?from=d", 404,
         "from: there is no such neighbour; the neighbours are b, c\n"},
        {"/delivery/soup?from=b", 404, "dish: it is not on the menu\n"},
        {"/delivery/blocking?from=b", 404, "dish: it is not on the menu\n"},
        {"/delivery/..%2Fnoodles?from=b", 404, "dish: it is not on the menu\n"},
        {"/delivery/noodles?from=b&deadline=0", 400,
         "deadline: a number of seconds above 0, 3600 at most\n"},
    };
    struct server kitchen =
        server_start("--demo", "--upstream", "b=http://127.0.0.1:9,c=http://127.0.0.1:10");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = get(&kitchen, cases[i].path);
        cr_expect_eq(order->status, cases[i].status, "%s: %ld", cases[i].path, order->status);
        cr_expect_str_eq(order->body.bytes, cases[i].text);
    }
    cr_expect_eq(request(&kitchen, "POST", "/orders?dish=noodles&from=d")->status, 404);
    cr_expect_eq(request(&kitchen, "POST", "/orders?dish=blocking&from=b")->status, 404);
}

ServerTest(delivery, a_kitchen_without_neighbours_says_so, server_start())
{
    struct order *order = get(&server, "/delivery/noodles?from=b");
    cr_expect_eq(order->status, 404);
    cr_expect_str_eq(
        order->body.bytes, "from: there is no such neighbour; this kitchen has none\n");
    cr_expect_null(strstr(get(&server, "/")->body.bytes, "neighbour"));
}

/* Progress. */

NeighbourTest(all_steps_come_from_the_neighbour, server_start("--time-scale", "0.001"))
{
    static const char *const steps[] = {
        "noodles: boil the egg, takes 0.002 s\n", "noodles: prepare the raw noodles",
        "noodles: boil the noodles", "noodles: finish", "noodles cooking done\n"};
    struct order *order = get(&kitchen, "/delivery/noodles?from=b&progress");
    cr_expect(order_has_field(order, "Content-Type: text/event-stream"));
    const char *place = order->body.bytes;
    for (size_t i = 0; i < COUNT(steps); i++)
        cr_assert(place = strstr(place, steps[i]), "no '%s': %s", steps[i], order->body.bytes);
    cr_expect_eq(server_log_count(&neighbour, "cooking done"), 1);
}

NeighbourTest(a_step_comes_when_it_begins, start_slow_kitchen())
{
    struct stream *order = follow(&kitchen, "/delivery/noodles?from=b&progress", "");
    cr_expect_not_null(wait_for_text(order, "noodles: boil the egg"));
    cr_expect_eq(server_log_count(&neighbour, "prepare the raw noodles"), 0);
    leave(order);
}

/* The deadline. */

static int reply_head(hob_request *req, hob_response *res)
{
    const char *deadline = hob_request_header(req, "Hob-Deadline");
    return reply(
        res, 200, "%s %s %s", hob_request_path(req), deadline ? deadline : "none",
        hob_request_header(req, "Via"));
}

/* The seconds that reply_head() has found. */
static double handed_on(const struct order *order)
{
    const char *number = strchr(order->body.bytes, ' ');
    return number ? strtod(number, NULL) : NAN;
}

NeighbourTest(what_is_left_of_the_deadline_is_handed_on, serve(reply_head))
{
    const char *path = "/delivery/noodles?from=b&deadline=20";
    struct order *order = get_with(&kitchen, path, "Via: 1.0 cache (a, b), 1.1 hob");
    const char *via = strstr(order->body.bytes, " 1.0 cache (a, b), 1.1 hob, 1.1 hob");
    cr_expect(via, "%s", order->body.bytes);
    cr_expect(handed_on(order) > 0 && handed_on(order) <= 20, "%s", order->body.bytes);
    order = get_with(&kitchen, path, "Hob-Deadline: 10.5");
    cr_expect(handed_on(order) > 0 && handed_on(order) <= 10.5, "%s", order->body.bytes);
}

ServerTest(delivery, a_deadline_that_was_handed_on_only_shortens, start_slow_kitchen())
{
    static const char *const cases[][2] = {
        {"/noodles", "Hob-Deadline: 0.05"},
        {"/noodles?deadline=100", "Hob-Deadline: 0.05"},
        {"/noodles?deadline=0.05", "Hob-Deadline: 100"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = get_with(&server, cases[i][0], cases[i][1]);
        cr_expect_eq(order->status, 504, "%s %s: %ld", cases[i][0], cases[i][1], order->status);
        cr_expect_lt(order->seconds, PATIENCE);
    }
}

ServerTest(delivery, a_wrong_deadline_is_refused, start_slow_kitchen("--upstream", "b=http://a"))
{
    static const char *const values[] = {"0",   "-1",   "x",    "1s",   "nan",
                                         "1e3", "3601", "1, 2", "1.2.3"};
    for (size_t i = 0; i < COUNT(values); i++) {
        const char *header = formatted("Hob-Deadline: %s", values[i]);
        struct order *dish = get_with(&server, "/noodles", header);
        struct order *delivery = get_with(&server, "/delivery/noodles?from=b", header);
        cr_expect_eq(dish->status, 400, "%s: %ld", values[i], dish->status);
        cr_expect_eq(delivery->status, 400, "%s: %ld", values[i], delivery->status);
        cr_expect(strstr(dish->body.bytes, "Hob-Deadline: a number"), "%s", dish->body.bytes);
    }
}

/* Guests that leave. */

static double cooking(const struct server *server)
{
    return metric(server, "hob_orders_cooking");
}

ProcessTest(delivery, the_neighbour_stops_when_the_guest_leaves)
{
    static const char *const paths[] = {
        "/delivery/noodles?from=b", "/delivery/noodles?from=b&progress"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct server neighbour = start_slow_kitchen();
        struct server kitchen = start_beside(&neighbour);
        struct stream *guest = follow(&kitchen, paths[i], "");
        cr_expect(server_logs(&neighbour, "noodles: boil the egg"));
        cr_expect_eq(cooking(&neighbour), 1);
        leave(guest);
        cr_expect(eventually(cooking(&neighbour) == 0), "%s", paths[i]);
        cr_expect_eq(server_log_count(&kitchen, "warn"), 0);
    }
}

/* Neighbours that fail. */

ProcessTest(delivery, a_neighbour_that_dies_is_a_502)
{
    struct server neighbour = start_slow_kitchen();
    struct server kitchen = start_beside(&neighbour);
    struct order *whole = order(&kitchen, "/delivery/noodles?from=b");
    struct stream *followed = follow(&kitchen, "/delivery/noodles?from=b&progress", "");
    cr_expect_not_null(wait_for_text(followed, "boil the egg"));
    while (server_log_count(&neighbour, "boil the egg") < 2)
        get(&kitchen, "/ping");
    server_signal(&neighbour, SIGKILL);
    cr_expect_eq(process_result(neighbour.process), -SIGKILL);
    wait_for(whole);
    expect_failure(whole, 502, "502 Bad Gateway: the neighbour b ");
    cr_expect_null(wait_for_text(followed, "cooking done"));
    cr_expect(server_logs(&kitchen, "warn  a delivery breaks off: GET http"));
    leave(followed);
    expect_failure(
        get(&kitchen, "/delivery/noodles?from=b"), 502, "the neighbour b cannot be reached");
}

ProcessTest(delivery, a_neighbour_that_is_too_slow_is_a_504)
{
    struct server neighbour = start_slow_kitchen();
    struct server kitchen = start_beside(&neighbour, "--handler-timeout", "0.1");
    const char *reason = "504 Gateway Timeout: the neighbour b is too slow";
    expect_failure(get(&kitchen, "/delivery/noodles?from=b"), 504, reason);
    expect_failure(get(&kitchen, "/delivery/noodles?from=b&deadline=0.05"), 504, reason);
    struct order *followed = get(&kitchen, "/delivery/noodles?from=b&progress&deadline=0.05");
    cr_expect(followed->status == 504 || followed->error != CURLE_OK);
}

static int reply_404(hob_request *req, hob_response *res)
{
    return reply(res, 404, "%s: none\n", hob_request_path(req));
}

NeighbourTest(a_neighbour_that_refuses_is_a_502, serve(reply_404))
{
    struct order *order = get(&kitchen, "/delivery/noodles?from=b");
    expect_failure(order, 502, "the neighbour b refuses the order");
    cr_expect(server_logs(&kitchen, "the neighbour b refuses the order: its status is 404"));
}

NeighbourTest(what_is_no_stream_is_not_passed_on_as_one, serve(reply_head))
{
    struct order *order = get(&kitchen, "/delivery/noodles?from=b&progress");
    expect_failure(order, 502, "the neighbour b does not report its steps");
}

/* Loops. */

ProcessTest(delivery, two_that_order_from_each_other_find_out)
{
    struct listening reserved = listening_refuse(); /* the port of a, for b, which starts first */
    const char *port = formatted("%d", ntohs(reserved.address.ipv4.sin_port));
    const char *to_a = formatted("a=http://127.0.0.1:%s/delivery?from=b", port);
    struct server b = server_start("--upstream", to_a);
    const char *to_b = formatted("b=http://%s/delivery?from=a", server_address(&b));
    listening_close(&reserved);
    struct server a = server_start("--port", port, "--upstream", to_b);
    expect_failure(
        get(&a, "/delivery/noodles?from=b"), 508,
        "508 Loop Detected: the neighbour b gets the order in circles");
    cr_expect_eq(server_log_count(&a, "in circles"), 3);
    cr_expect_eq(server_log_count(&b, "in circles"), 2);
}

/* The page. */

NeighbourTest(an_order_of_the_page_waits_at_the_neighbours, start_slow_kitchen())
{
    struct stream *feed = follow(&kitchen, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"upstreams\":[\"b\"]}"));
    cr_expect_eq(request(&kitchen, "POST", "/orders?dish=noodles&from=b")->status, 202);
    cr_expect_not_null(wait_for_text(feed, ",1,0,\"noodles\"]"));
    cr_expect_not_null(wait_for_text(feed, ",1,\"at the neighbour's\",null]"));
    cr_expect(server_logs(&neighbour, "noodles: boil the egg"));
    cr_expect_eq(cooking(&neighbour), 1);
    cr_expect_eq(request(&kitchen, "DELETE", "/orders/1")->status, 204);
    cr_expect_not_null(wait_for_text(feed, ",1,\"cancelled\"]"));
    cr_expect(eventually(cooking(&neighbour) == 0));
    leave(feed);
}
