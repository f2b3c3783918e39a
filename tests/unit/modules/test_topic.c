/* Broadcast (include/hob/topic.h). */
#include "hob/topic.h"

#include "hob/runtime.h"
#include "hob/testing.h"
#include "tests/support/coroutine.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(topic, .fini = expect_no_leaks, .timeout = 20);

static void publish(hob_topic *topic, const char *text)
{
    cr_expect_eq(hob_topic_publish(topic, NULL, text, strlen(text)), 0);
}

/* Appends the items that can be had without a wait, each with a space. */
static void collect(hob_subscription *subscription, char *text, size_t size)
{
    hob_topic_item item;
    while (hob_topic_try_next(subscription, &item) > 0) {
        cr_expect_eq(strlen(item.data), item.size);
        snprintf(text + strlen(text), size - strlen(text), "%s ", item.data);
    }
}

static void expect_items(hob_subscription *subscription, const char *expected)
{
    char text[100] = "";
    collect(subscription, text, sizeof(text));
    cr_expect_str_eq(text, expected);
}

/*
 * Subscribers.
 */

struct reader {
    hob_topic *topic;
    size_t count; /* of items to wait for */
    char text[100];
};

static int read_items(void *arg)
{
    struct reader *self = arg;
    hob_subscription *subscription;
    hob_topic_item item;
    int err = hob_topic_subscribe(self->topic, NULL, &subscription);
    while (err >= 0 && self->count-- > 0) {
        err = hob_topic_next(subscription, &item);
        if (err > 0)
            strcat(strcat(self->text, item.data), " ");
    }
    return err;
}

CoroutineTest(topic, each_subscriber_gets_each_item)
{
    hob_topic *topic = hob_topic_new(10);
    struct reader readers[3] = {{topic, 2}, {topic, 2}, {topic, 3}};
    hob_future *futures[3];
    publish(topic, "before");
    for (size_t i = 0; i < COUNT(readers); i++)
        futures[i] = hob_async(read_items, &readers[i]);
    hob_yield();
    cr_expect_eq(hob_topic_subscribers(topic), 3);
    publish(topic, "one");
    hob_yield();
    publish(topic, "two");
    cr_expect_eq(hob_await(futures[0]), 1);
    cr_expect_eq(hob_await(futures[1]), 1);
    cr_expect_eq(hob_await_for(futures[2], 0.01), -ETIMEDOUT);
    for (size_t i = 0; i < COUNT(readers); i++)
        cr_expect_str_eq(readers[i].text, "one two ");
    cr_expect_eq(hob_topic_subscribers(topic), 0);
    hob_topic_free(topic);
}

/* The history has 3 items, of which 5 are published. */
static const struct {
    hob_topic_policy policy;
    const char *items;
    uint64_t missed;
    int then;
} policies[] = {
    {HOB_TOPIC_OLDEST, "c d e ", 2, -EAGAIN},
    {HOB_TOPIC_LATEST, "e ", 4, -EAGAIN},
    {HOB_TOPIC_DROP, "", 2, -ENOBUFS},
};

static int lag(void *arg)
{
    hob_topic *topic = arg;
    hob_subscription *subscriptions[COUNT(policies)];
    hob_topic_item item;
    for (size_t i = 0; i < COUNT(policies); i++) {
        const hob_topic_options options = {.policy = policies[i].policy};
        cr_assert_eq(hob_topic_subscribe(topic, &options, &subscriptions[i]), 0);
    }
    for (const char *text = "abcde"; *text; text++)
        cr_expect_eq(hob_topic_publish(topic, NULL, text, 1), 0);
    for (size_t i = 0; i < COUNT(policies); i++) {
        expect_items(subscriptions[i], policies[i].items);
        cr_expect_eq(hob_topic_missed(subscriptions[i]), policies[i].missed, "%zu", i);
        cr_expect_eq(hob_topic_try_next(subscriptions[i], &item), policies[i].then, "%zu", i);
    }
    publish(topic, "f");
    for (size_t i = 0; i < COUNT(policies); i++)
        expect_items(subscriptions[i], policies[i].policy == HOB_TOPIC_DROP ? "" : "f ");
    return 0;
}

CoroutineTest(topic, slow_subscribers_lose_items_by_their_policy)
{
    hob_topic *topic = hob_topic_new(3);
    hob_await(hob_async(lag, topic));
    hob_topic_free(topic);
}

/* The one that it works on stays valid. */
static int hold_an_item(void *arg)
{
    hob_topic *topic = arg;
    hob_subscription *subscription;
    hob_topic_item item;
    cr_assert_eq(hob_topic_subscribe(topic, NULL, &subscription), 0);
    publish(topic, "held");
    cr_assert_eq(hob_topic_next(subscription, &item), 1);
    for (int i = 0; i < 5; i++)
        publish(topic, "other");
    cr_expect_str_eq(item.data, "held");
    return 0;
}

CoroutineTest(topic, an_item_stays_as_long_as_a_subscriber_needs_it)
{
    hob_topic *topic = hob_topic_new(1);
    hob_await(hob_async(hold_an_item, topic));
    hob_topic_free(topic);
}

/*
 * The beginning.
 */

static void expect_first(hob_topic *topic, const hob_topic_options *options, const char *expected)
{
    hob_subscription *subscription;
    cr_assert_eq(hob_topic_subscribe(topic, options, &subscription), 0);
    expect_items(subscription, expected);
}

static int come_back(void *arg)
{
    hob_topic *topic = arg;
    char id[64] = "", old[64];
    hob_topic_item item;
    hob_subscription *subscription;
    cr_assert_eq(hob_topic_subscribe(topic, NULL, &subscription), 0);
    publish(topic, "a");
    publish(topic, "b");
    cr_expect_eq(hob_topic_next(subscription, &item), 1);
    snprintf(id, sizeof(id), "%s", item.id);
    snprintf(old, sizeof(old), "1%s", item.id);
    expect_first(topic, NULL, "");
    expect_first(topic, &(hob_topic_options){.replay = 1}, "b ");
    expect_first(topic, &(hob_topic_options){.replay = SIZE_MAX}, "a b ");
    expect_first(topic, &(hob_topic_options){.last_id = id}, "b ");
    expect_first(topic, &(hob_topic_options){.last_id = id, .replay = SIZE_MAX}, "b ");
    expect_first(topic, &(hob_topic_options){.last_id = old, .replay = SIZE_MAX}, "a b ");
    expect_first(topic, &(hob_topic_options){.last_id = "x", .replay = 1}, "b ");
    for (int i = 0; i < 4; i++)
        publish(topic, "c");
    expect_first(topic, &(hob_topic_options){.last_id = id}, "c c c ");
    return 0;
}

CoroutineTest(topic, a_subscriber_begins_behind_its_last_item)
{
    hob_topic *topic = hob_topic_new(3);
    hob_await(hob_async(come_back, topic));
    hob_topic_free(topic);
}

static int wait_for_either(void *arg)
{
    hob_topic *topic = arg;
    size_t winner;
    hob_subscription *subscription;
    cr_assert_eq(hob_topic_subscribe(topic, NULL, &subscription), 0);
    hob_future *silent[] = {hob_topic_readable(subscription), hob_timer(0.01)};
    cr_expect_eq(hob_race_all(silent, 2, &winner), 0);
    cr_expect_eq(winner, 1);
    publish(topic, "now");
    hob_future *ready[] = {hob_topic_readable(subscription), hob_timer(20)};
    cr_expect_eq(hob_race_all(ready, 2, &winner), 0);
    cr_expect_eq(winner, 0);
    expect_items(subscription, "now ");
    return 0;
}

CoroutineTest(topic, can_be_awaited_with_other_events)
{
    hob_topic *topic = hob_topic_new(1);
    hob_await(hob_async(wait_for_either, topic));
    hob_topic_free(topic);
}

Test(topic, mistakes_are_refused)
{
    hob_topic *topic = hob_topic_new(1);
    cr_expect_null(hob_topic_new(0));
    cr_expect_null(hob_topic_new(SIZE_MAX));
    cr_expect_eq(hob_topic_publish(topic, "a\nb", "", 0), -EINVAL);
    cr_expect_eq(hob_topic_publish(topic, "a\rb", "", 0), -EINVAL);
    cr_expect_eq(hob_topic_publish(topic, "name", NULL, 0), 0);
    hob_topic_free(topic);
    hob_topic_free(NULL);
}
