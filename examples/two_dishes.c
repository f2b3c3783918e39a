/*
 * The lesson: the classic drawing of two tasks and their switches, drawn by what really happened. A
 * dish has the chef ("#") only between its awaits; while it cooks by itself (".") she is elsewhere.
 */
#include <hob/runtime.h>
#include <stdio.h>

enum { COLUMNS_A_SECOND = 6, COLUMNS = 6 * COLUMNS_A_SECOND + 1 };

struct dish {
    const char *name;
    char lane[COLUMNS + 1];
    int column;          /* up to where the lane is drawn */
    double opening_time; /* of the kitchen */
};

static void chef_turns_to(struct dish *dish, const char *to_do)
{
    double now = hob_now() - dish->opening_time;
    printf("%2.0f s  chef -> %-7s  %s\n", now, dish->name, to_do);
    while (dish->column < (int)(now * COLUMNS_A_SECOND + 0.5))
        dish->lane[dish->column++] = '.';
    dish->lane[dish->column++] = '#';
}

static int fries(void *arg)
{
    chef_turns_to(arg, "cuts the potatoes, starts frying");
    int err = hob_sleep(3);
    if (err < 0)
        return err;
    chef_turns_to(arg, "they are brown: adds the other ingredients");
    err = hob_sleep(1);
    if (err < 0)
        return err;
    chef_turns_to(arg, "done");
    return 0;
}

static int noodles(void *arg)
{
    static const struct {
        const char *to_do;
        double seconds;
    } steps[] = {
        {"puts the egg on", 2},
        {"the egg is boiled: prepares the raw noodles", 1},
        {"prepared: boils the noodles", 2},
        {"boiled: finishes", 1},
    };
    for (int i = 0; i < 4; i++) {
        chef_turns_to(arg, steps[i].to_do);
        int err = hob_sleep(steps[i].seconds);
        if (err < 0)
            return err;
    }
    chef_turns_to(arg, "done");
    return 0;
}

static int kitchen(void *arg)
{
    (void)arg;
    double now = hob_now();
    struct dish french = {.name = "fries", .opening_time = now};
    struct dish asian = {.name = "noodles", .opening_time = now};
    int err = hob_join(hob_async(fries, &french), hob_async(noodles, &asian));
    printf("\nseconds  0     1     2     3     4     5     6\n");
    printf("%-7s  %s\n%-7s  %s\n", french.name, french.lane, asian.name, asian.lane);
    printf("         # has the chef   . cooks by itself\n");
    return err;
}

int main(void)
{
    return hob_block_on(kitchen, NULL) < 0;
}
