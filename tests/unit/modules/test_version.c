#include "modules/files/version.h"

#include "tests/support/test.h"

#define TIME 784111777
#define TAG  "\"2ebc98a1.7b-2a\""

static struct version version_at(time_t now)
{
    struct version version;
    struct stat file = {.st_mtim = {.tv_sec = TIME, .tv_nsec = 0x7b}, .st_size = 42};
    version_of(&version, &file, now);
    return version;
}

Test(version, has_the_time_and_the_size_of_the_file)
{
    struct version version = version_at(TIME + 1000);
    cr_expect_str_eq(version.etag, TAG, "%s", version.etag);
    cr_expect_eq(version.validators.modified, TIME);
}

/* RFC 9110 section 8.8.1: the file could change again and have the same time. */
Test(version, is_weak_while_the_file_is_new)
{
    static const struct {
        int age; /* seconds */
        bool strong;
    } cases[] = {{1000, true}, {2, true}, {1, false}, {0, false}, {-1, false}, {-1000, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct version version = version_at(TIME + cases[i].age);
        const char *tag = cases[i].strong ? TAG : "W/" TAG;
        cr_expect_str_eq(version.etag, tag, "%d: %s", cases[i].age, version.etag);
    }
}

Test(version, has_room_for_any_time)
{
    static const time_t times[] = {INT64_MIN, -1, INT64_MAX};
    for (size_t i = 0; i < COUNT(times); i++) {
        struct version version;
        struct stat file = {
            .st_mtim = {.tv_sec = times[i], .tv_nsec = 999999999},
            .st_size = INT64_MAX,
        };
        version_of(&version, &file, TIME);
        cr_expect_eq(version.etag[strlen(version.etag) - 1], '"', "%s", version.etag);
    }
}
