/*
 * The parts of the kitchen's page: the page, orders that no client waits for, the feed of what
 * happens, traces, and orders that are followed in a terminal. The page itself is tested in
 * tests/browser.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/stream.h"

TestSuite(kitchen, .timeout = 60);

ServerTest(kitchen, curl_gets_the_menu_and_a_browser_the_page, server_start())
{
    static const struct {
        const char *accept, *type, *begin;
    } cases[] = {
        {"Accept: */*", "Content-Type: text/plain; charset=utf-8", "hob: one cook, many pans"},
        {"Accept:", "Content-Type: text/plain; charset=utf-8", "hob: one cook, many pans"},
        {"Accept: text/html;q=0, */*", "Content-Type: text/plain; charset=utf-8", "hob: one cook"},
        {"Accept: text/html,application/xhtml+xml,*/*;q=0.8",
         "Content-Type: text/html; charset=utf-8", "<!doctype html>"},
        {"Accept: image/png , TEXT/HTML;level=1;q=0.5", "Content-Type: text/html; charset=utf-8",
         "<!doctype html>"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = get_with(&server, "/", cases[i].accept);
        cr_expect_eq(order->status, 200);
        cr_expect(
            order_has_field(order, cases[i].type), "%s: %s", cases[i].accept, order->head.bytes);
        cr_expect(order_has_field(order, "Vary: Accept, Accept-Encoding"));
        cr_expect_eq(strncmp(order->body.bytes, cases[i].begin, strlen(cases[i].begin)), 0);
    }
}

ServerTest(kitchen, the_page_may_load_nothing_and_is_compressed, server_start())
{
    struct order *plain = get_with(&server, "/", "Accept: text/html");
    struct order *packed = order_prepare(&server, "/");
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/html");
    curl_easy_setopt(packed->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(packed->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    order_complete(packed);
    curl_slist_free_all(headers);
    cr_expect(strstr(plain->head.bytes, "Content-Security-Policy: default-src 'none'; "));
    cr_expect(order_has_field(packed, "Content-Encoding: gzip"));
    cr_expect_not(strstr(plain->head.bytes, "Content-Encoding"));
    cr_expect_eq(packed->error, CURLE_OK);
    cr_expect_eq(packed->body.length, plain->body.length);
    cr_expect_str_eq(packed->body.bytes, plain->body.bytes);
}

ServerTest(kitchen, recipes_can_be_read, server_start())
{
    cr_expect(
        strstr(get(&server, "/recipes/noodles")->body.bytes, "hob_await(boil_the_egg(order))"));
    cr_expect(strstr(get(&server, "/recipes/french-fries")->body.bytes, "cook_french_fries"));
    cr_expect(strstr(get(&server, "/recipes/meal")->body.bytes, "hob_join("));
    cr_expect_eq(get(&server, "/recipes/soup")->status, 404);
}

ServerTest(
    kitchen, orders_of_the_page_are_cooked_without_a_client, server_start("--time-scale", "0.001"))
{
    struct order *taken = request(&server, "POST", "/orders?dish=noodles&count=3");
    cr_expect_eq(taken->status, 202);
    cr_expect_str_eq(taken->body.bytes, "{\"orders\":[1,2,3]}\n");
    cr_expect_eq(request(&server, "POST", "/orders?dish=meal")->status, 202);
    cr_expect_eq(request(&server, "POST", "/orders?dish=french-fries&deadline=10")->status, 202);
    cr_expect(eventually(server_log_count(&server, "noodles cooking done") == 4));
    cr_expect(eventually(server_log_count(&server, "french fries cooking done") == 2));
}

ServerTest(kitchen, orders_that_make_no_sense_are_refused, server_start())
{
    static const struct {
        const char *path;
        long status;
        const char *named;
    } cases[] = {
        {"/orders", 400, "dish"},
        {"/orders?dish=", 404, "dish"},
        {"/orders?dish=soup", 404, "dish"},
        {"/orders?dish=blocking", 404, "dish"}, /* without --demo */
        {"/orders?dish=noodles&count=0", 400, "count"},
        {"/orders?dish=noodles&count=1001", 400, "count"},
        {"/orders?dish=noodles&count=-1", 400, "count"},
        {"/orders?dish=noodles&count=many", 400, "count"},
        {"/orders?dish=noodles&count=", 400, "count"},
        {"/orders?dish=noodles&count=99999999999999999999", 400, "count"},
        {"/orders?dish=noodles&deadline=0", 400, "deadline"},
        {"/orders?dish=noodles&deadline=-1", 400, "deadline"},
        {"/orders?dish=noodles&deadline=nan", 400, "deadline"},
        {"/orders?dish=noodles&deadline=3601", 400, "deadline"},
        {"/orders?dish=noodles&deadline=1.2.3", 400, "deadline"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = request(&server, "POST", cases[i].path);
        cr_expect_eq(order->status, cases[i].status, "%s: %ld", cases[i].path, order->status);
        cr_expect(strstr(order->body.bytes, cases[i].named), "%s", order->body.bytes);
    }
    cr_expect_eq(request(&server, "GET", "/orders")->status, 405);
}

ServerTest(
    kitchen, there_is_an_end_to_how_many_orders_it_takes, start_slow_kitchen("--log-level", "warn"))
{
    cr_expect_eq(request(&server, "POST", "/orders?dish=noodles&count=1000")->status, 202);
    cr_expect_eq(request(&server, "POST", "/orders?dish=noodles&count=1000")->status, 202);
    struct order *refused = request(&server, "POST", "/orders?dish=noodles");
    cr_expect_eq(refused->status, 429);
    cr_expect(strstr(refused->body.bytes, "too many"), "%s", refused->body.bytes);
    cr_expect_eq(request(&server, "DELETE", "/orders/7")->status, 204);
    cr_expect(eventually(request(&server, "POST", "/orders?dish=noodles")->status == 202));
}

ServerTest(kitchen, an_order_can_be_cancelled, start_slow_kitchen())
{
    request(&server, "POST", "/orders?dish=noodles&count=2");
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "boil the egg"));
    cr_expect_eq(request(&server, "DELETE", "/orders/2")->status, 204);
    cr_expect_not_null(wait_for_text(feed, ",2,\"cancelled\"]"));
    cr_expect(eventually(request(&server, "DELETE", "/orders/2")->status == 404));
    cr_expect_eq(request(&server, "DELETE", "/orders/x")->status, 400);
    cr_expect_eq(request(&server, "DELETE", "/orders/0")->status, 400);
    cr_expect_eq(request(&server, "DELETE", "/orders/3")->status, 404);
}

ServerTest(
    kitchen, a_blocking_dish_is_cooked_once_and_reported,
    server_start("--demo", "--time-scale", "0.5")) /* a second, of which 0.2 may pass unnoticed */
{
    cr_expect_eq(request(&server, "POST", "/orders?dish=blocking&count=2")->status, 409);
    cr_expect_eq(request(&server, "POST", "/orders?dish=offloaded&count=2")->status, 202);
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"demo\":true"));
    cr_expect_eq(request(&server, "POST", "/orders?dish=blocking")->status, 202);
    cr_expect_not_null(wait_for_text(feed, "\"blocking\"]"));
    cr_expect_not_null(wait_for_text(feed, "[\"s\","), "the stall is not in the feed");
    cr_expect_eq(server_log_count(&server, "task 'blocking' has kept the thread"), 1);
    cr_expect_eq(server_log_count(&server, "task 'offloaded' has kept the thread"), 0);
}

ServerTest(kitchen, the_feed_tells_what_happens_to_an_order, server_start("--time-scale", "0.01"))
{
    static const char *const events[] = {
        "event: hello\n",
        "event: batch\n",
        "\"noodles\"]",
        "\"boil the egg\"",
        "\"prepare the raw noodles\"",
        "\"boil the noodles\"",
        "\"finish\"",
        ",\"served\"]",
    };
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "event: batch\n"));
    request(&server, "POST", "/orders?dish=noodles");
    const char *before = feed->text;
    for (size_t i = 0; i < COUNT(events); i++) {
        const char *place = wait_for_text(feed, events[i]);
        cr_expect_not_null(place, "no %s", events[i]);
        cr_expect(place >= before, "%s came too early", events[i]);
        before = place;
    }
    cr_expect_not_null(wait_for_text(feed, "\"served\":1,\"cookedSeconds\":0.060"));
    cr_expect(strstr(feed->text, "Content-Type: text/event-stream\r\n"));
    cr_expect(strstr(feed->text, "Cache-Control: no-store\r\n"));
    cr_expect(strstr(feed->text, "X-Accel-Buffering: no\r\n"));
    cr_expect(strstr(feed->text, "\nretry: 500\n\n"), "%s", feed->text);
}

ServerTest(kitchen, the_feed_shows_earlier_orders_and_their_end, start_slow_kitchen())
{
    struct stream *client = follow(&server, "/meal", "");
    cr_expect(server_logs(&server, "noodles: boil the egg"));
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, ",1,0,\"meal\"]"));
    cr_expect_not_null(wait_for_text(feed, ",2,1,\"french fries\"]"));
    cr_expect_not_null(wait_for_text(feed, ",3,1,\"noodles\"]"));
    cr_expect_not_null(wait_for_text(feed, "\"the potatoes turn brown\",3000000.000]"));
    leave(client);
    cr_expect_not_null(wait_for_text(feed, ",1,\"cancelled\"]"));
    cr_expect_not_null(wait_for_text(feed, ",3,\"cancelled\"]"));
}

/* Returns the last id in the feed. */
static void copy_last_id(const struct stream *feed, char *id, size_t size)
{
    const char *last = NULL;
    for (const char *next = feed->text; (next = strstr(next, "\nid: ")); next++)
        last = next + strlen("\nid: ");
    cr_assert_not_null(last);
    snprintf(id, size, "%.*s", (int)strcspn(last, "\r\n"), last);
}

/* By the server's clock. The page takes a longer silence for a thread that is not free. */
ServerTest(kitchen, the_feed_is_never_silent_for_long, server_start())
{
    enum { BATCHES = 8 };
    static const char now[] = "event: batch\ndata: {\"now\":";
    double times[BATCHES];
    struct stream *feed = follow(&server, "/kitchen/events", "");
    const char *place = feed->text;
    for (size_t i = 0; i < BATCHES; i++) {
        cr_assert_not_null(place = wait_for_next(feed, place, now));
        place += strlen(now);
        times[i] = strtod(place, NULL);
    }
    double mean = (times[BATCHES - 1] - times[0]) / (BATCHES - 1);
    cr_expect(mean < 600, "a batch in %g ms", mean);
}

ServerTest(kitchen, a_feed_resumes_if_nothing_was_missed, start_slow_kitchen())
{
    char id[100];
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"stats\""));
    copy_last_id(feed, id, sizeof(id));
    leave(feed);
    request(&server, "POST", "/orders?dish=noodles");

    feed = follow(&server, "/kitchen/events", formatted("Last-Event-ID: %s\r\n", id));
    cr_expect_not_null(wait_for_text(feed, ",1,0,\"noodles\"]"), "it is not in the record");
    cr_expect_null(strstr(feed->text, "event: hello"), "it began anew");
    leave(feed);
    *strchr(id, ' ') = '+'; /* as a query encodes it */
    feed = follow(&server, formatted("/kitchen/events?since=%s", id), "");
    cr_expect_not_null(wait_for_text(feed, ",1,0,\"noodles\"]"), "the query does not count");
    cr_expect_null(strstr(feed->text, "event: hello"), "it began anew");
    leave(feed);
    feed = follow(&server, "/kitchen/events", "Last-Event-ID: 1.2-3 4\r\n");
    cr_expect_not_null(wait_for_text(feed, "event: hello"), "that was another server");
}

ServerTest(
    kitchen, a_feed_that_missed_too_much_begins_anew,
    server_start("--time-scale", "0.001", "--log-level", "warn"))
{
    char id[100];
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"stats\""));
    copy_last_id(feed, id, sizeof(id));
    leave(feed);
    for (int i = 0; i < 8; i++) /* more than ten events each, where 65,536 are kept */
        cr_expect(
            eventually(request(&server, "POST", "/orders?dish=noodles&count=1000")->status == 202));
    cr_expect(eventually(request(&server, "DELETE", "/orders/8000")->status == 404));

    feed = follow(&server, "/kitchen/events", formatted("Last-Event-ID: %s\r\n", id));
    cr_expect_not_null(wait_for_text(feed, "event: hello"), "there is a gap in the record");
}

ServerTest(kitchen, a_server_that_stops_ends_its_feeds, server_start())
{
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"stats\""));
    cr_expect_lt(server_seconds_to_stop(&server), 5);
}

ServerTest(kitchen, there_is_an_end_to_how_many_watch, server_start())
{
    enum { WATCHERS = 50 };
    struct stream *feeds[WATCHERS];
    for (size_t i = 0; i < WATCHERS; i++) {
        feeds[i] = follow(&server, "/kitchen/events", "");
        cr_expect_not_null(wait_for_text(feeds[i], "event: hello"));
    }
    cr_expect_eq(get(&server, "/kitchen/events")->status, 503);
    for (size_t i = 0; i < WATCHERS; i++)
        leave(feeds[i]);
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect(eventually(
        (leave(feed), feed = follow(&server, "/kitchen/events", ""),
         wait_for_text(feed, "event: hello") != NULL)));
}

ServerTest(
    kitchen, a_trace_has_a_track_for_the_cook_and_each_order, server_start("--time-scale", "0.01"))
{
    static const char *const parts[] = {
        "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[",
        "\"name\":\"the cook\"",
        "\"name\":\"noodles 1\"",
        "\"name\":\"boil the egg\"",
        "\"name\":\"running\"",
        "\"name\":\"served\"",
        "],\"otherData\":{\"dropped\":\"0\",\"complete\":\"yes\"}}\n",
    };
    struct stream *trace = follow(&server, "/trace.json?seconds=1", "");
    cr_expect_not_null(wait_for_text(trace, "the cook"));
    request(&server, "POST", "/orders?dish=noodles");
    for (size_t i = 0; i < COUNT(parts); i++)
        cr_expect_not_null(wait_for_text(trace, parts[i]), "no %s in %s", parts[i], trace->text);
}

ServerTest(kitchen, a_trace_ends_as_json_when_the_server_stops, server_start())
{
    struct stream *trace = follow(&server, "/trace.json?seconds=60", "");
    cr_expect_not_null(wait_for_text(trace, "the cook"));
    process_tell(server.process, SIGTERM);
    static const char end[] = "\n],\"otherData\":{\"dropped\":\"0\",\"complete\":\"no\"}}\n";
    cr_expect_not_null(wait_for_text(trace, end), "%s", trace->text);
    cr_expect_eq(process_result(server.process), 0);
}

ServerTest(kitchen, there_is_an_end_to_how_many_traces_are_recorded, server_start())
{
    enum { TRACES = 4 };
    struct stream *traces[TRACES];
    for (size_t i = 0; i < TRACES; i++) {
        traces[i] = follow(&server, "/trace.json?seconds=60", "");
        cr_expect_not_null(wait_for_text(traces[i], "the cook"));
    }
    cr_expect_eq(get(&server, "/trace.json?seconds=1")->status, 503);
    for (size_t i = 0; i < TRACES; i++)
        leave(traces[i]);
    cr_expect(eventually(get(&server, "/trace.json?seconds=1")->status == 200));
}

ServerTest(kitchen, the_length_of_a_trace_is_a_number_of_seconds, server_start())
{
    static const char *const cases[] = {"0", "61", "-1", "1.5", "x", ""};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = get(&server, formatted("/trace.json?seconds=%s", cases[i]));
        cr_expect_eq(order->status, 400, "%s", cases[i]);
        cr_expect(strstr(order->body.bytes, "seconds"), "%s", order->body.bytes);
    }
}

ServerTest(kitchen, an_order_can_be_followed, server_start("--time-scale", "0.001"))
{
    static const char *const steps[] = {
        "s  noodles: boil the egg, takes 0.002 s",
        "s  noodles: prepare the raw noodles",
        "s  noodles: boil the noodles",
        "s  noodles: finish",
        "s  noodles cooking done",
    };
    struct order *orders[] = {
        get(&server, "/noodles?progress"),
        get_with(&server, "/noodles", "Accept: text/event-stream"),
    };
    for (size_t i = 0; i < COUNT(orders); i++) {
        const char *place = orders[i]->body.bytes;
        cr_expect(order_has_field(orders[i], "Content-Type: text/event-stream"));
        cr_expect(order_has_field(orders[i], "X-Accel-Buffering: no"));
        for (size_t k = 0; k < COUNT(steps) && place; k++) {
            place = strstr(place, steps[k]);
            cr_expect_not_null(place, "%s in %s", steps[k], orders[i]->body.bytes);
        }
    }
}

ServerTest(kitchen, both_dishes_of_a_meal_can_be_followed, server_start("--time-scale", "0.001"))
{
    struct order *meal = get(&server, "/meal?progress");
    cr_expect(strstr(meal->body.bytes, "french fries: cut the potatoes"), "%s", meal->body.bytes);
    cr_expect(strstr(meal->body.bytes, "noodles: boil the egg"));
    cr_expect(strstr(meal->body.bytes, "s  french fries cooking done\n"));
    cr_expect(strstr(meal->body.bytes, "s  noodles cooking done\n"));
}

ServerTest(kitchen, a_client_that_follows_and_leaves_cancels_its_order, start_slow_kitchen())
{
    struct stream *feed = follow(&server, "/kitchen/events", "");
    struct stream *client = follow(&server, "/meal?progress", "");
    cr_expect_not_null(wait_for_text(client, "boil the egg"));
    cr_expect_not_null(wait_for_text(feed, "\"meal\"]"));
    leave(client);
    cr_expect_not_null(wait_for_text(feed, ",1,\"cancelled\"]"));
}

ServerTest(kitchen, an_order_can_have_a_deadline, start_slow_kitchen())
{
    static const char *const bad[] = {"0", "-1", "x", "", "1e9", "inf"};
    struct order *late = get(&server, "/noodles?deadline=0.05");
    cr_expect_eq(late->status, 504);
    cr_expect(late->seconds >= 0.05, "%g s", late->seconds);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct order *order = get(&server, formatted("/noodles?deadline=%s", bad[i]));
        cr_expect_eq(order->status, 400, "%s: %ld", bad[i], order->status);
        cr_expect(strstr(order->body.bytes, "deadline"), "%s", order->body.bytes);
    }
}
