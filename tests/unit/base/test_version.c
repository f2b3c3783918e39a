#include "hob/version.h"

#include "tests/support/test.h"

Test(hob_version, is_the_same_as_text_and_as_numbers)
{
    char text[32];
    snprintf(
        text, sizeof(text), "%d.%d.%d", HOB_VERSION_MAJOR, HOB_VERSION_MINOR, HOB_VERSION_PATCH);
    cr_expect_str_eq(HOB_VERSION, text);
    cr_expect_str_eq(hob_version(), text);
    cr_expect_eq(
        HOB_VERSION_NUMBER,
        10000 * HOB_VERSION_MAJOR + 100 * HOB_VERSION_MINOR + HOB_VERSION_PATCH);
}
