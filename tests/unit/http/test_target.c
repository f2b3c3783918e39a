#include "http/target.h"

#include "hob/http.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

TestSuite(target, .timeout = 20);

struct spelling {
    const char *path, *normalised;
};

static void expect_normalised(const struct spelling *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[128] = "";
        strncpy(path, cases[i].path, sizeof(path) - 1);
        const char *broken_rule = target_normalise(path);
        cr_expect_null(broken_rule, "%s: %s", cases[i].path, broken_rule);
        cr_expect_str_eq(path, cases[i].normalised, "%s: %s", cases[i].path, path);
    }
}

/* RFC 3986 section 3.3: all that a path may have. */
Test(target, keeps_what_is_normal)
{
    static const struct spelling cases[] = {
        {"/", "/"},
        {"/a", "/a"},
        {"/a/", "/a/"},
        {"/a/b/c", "/a/b/c"},
        {"/azAZ09-._~!$&'()*+,;=:@", "/azAZ09-._~!$&'()*+,;=:@"},
        {"/%20%2F%FF", "/%20%2F%FF"},
        /* An empty segment is a segment. */
        {"//", "//"},
        {"//a", "//a"},
        {"/a//b", "/a//b"},
        {"/a//", "/a//"},
        {"///", "///"},
        /* Dots in other segments. */
        {"/.a/a./..a/a../a.b/a..b/...", "/.a/a./..a/a../a.b/a..b/..."},
        /* No URI, yet browsers send some of them (https://url.spec.whatwg.org/#path-state). */
        {"/\"<>[\\]^`{|}", "/\"<>[\\]^`{|}"},
        /* The other forms of a target, RFC 9112 sections 3.2.2 and 3.2.4. */
        {"", ""},
        {"*", "*"},
    };
    expect_normalised(cases, COUNT(cases));
}

/* RFC 3986 section 6.2.2.2. */
Test(target, decodes_unreserved_characters)
{
    static const struct spelling cases[] = {
        {"/%61", "/a"},
        {"/%7A%41%5A%30%39", "/zAZ09"},
        {"/%7a%5a", "/zZ"},
        {"/%2d%2D%2E%2ea%5F%5f%7e%7E", "/--..a__~~"},
        {"/%6Eoodles", "/noodles"},
        {"/n%6F%6Fdles%2D", "/noodles-"},
    };
    expect_normalised(cases, COUNT(cases));
}

/* Section 2.2: reserved characters mean something else when they are encoded. */
Test(target, keeps_all_else_encoded_with_digits_in_upper_case)
{
    static const struct spelling cases[] = {
        {"/%2f", "/%2F"},
        {"/..%2f..%2fetc", "/..%2F..%2Fetc"},
        {"/%3f%23%5b%5d%40%3a", "/%3F%23%5B%5D%40%3A"},
        {"/%21%24%26%27%28%29%2a%2b%2c%3b%3d", "/%21%24%26%27%28%29%2A%2B%2C%3B%3D"},
        {"/%5c..%5C", "/%5C..%5C"},
        {"/%01%0a%0D%20%7f", "/%01%0A%0D%20%7F"},
        {"/%c3%bC", "/%C3%BC"},
        {"/%fF%80", "/%FF%80"},
        /* Once is enough: this is a percent sign, then "2e". */
        {"/%252e%252E/", "/%252e%252E/"},
        {"/%2525%2561", "/%2525%2561"},
        {"/%25%36%31", "/%2561"},
    };
    expect_normalised(cases, COUNT(cases));
}

/* RFC 3986 section 5.2.4. */
Test(target, removes_dot_segments)
{
    static const struct spelling cases[] = {
        {"/.", "/"},
        {"/./", "/"},
        {"/././.", "/"},
        {"/./a", "/a"},
        {"/a/.", "/a/"},
        {"/a/./", "/a/"},
        {"/a/./b", "/a/b"},
        {"/a/..", "/"},
        {"/a/../", "/"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a/"},
        {"/a/b/../", "/a/"},
        {"/a/b/../..", "/"},
        {"/a/b/../../c", "/c"},
        {"/a/b/c/./../../g", "/a/g"}, /* the RFC's own example */
        {"/a/.../..", "/a/"},
        {"/a/%2e", "/a/"},
        {"/a/%2e%2E", "/"},
        {"/a/.%2e/b", "/b"},
        {"/a/%2E./b", "/b"},
        {"/%61/%2e%2e/%62", "/b"},
        /* An empty segment is one that ".." removes. */
        {"//..", "/"},
        {"/a//..", "/a/"},
        {"/a//../b", "/a/b"},
        {"/a//../../b", "/b"},
        {"/.//a", "//a"},
        {"/a/..//b", "//b"},
    };
    expect_normalised(cases, COUNT(cases));
}

Test(target, refuses_a_bad_path_and_returns_the_rule)
{
    static const struct {
        const char *path, *words;
    } cases[] = {
        {"/%", "two hex digits"},
        {"/%%", "two hex digits"},
        {"/%a", "two hex digits"},
        {"/%a/", "two hex digits"},
        {"/%ag", "two hex digits"},
        {"/%ga", "two hex digits"},
        {"/%-1", "two hex digits"},
        {"/% 1", "two hex digits"},
        {"/%+1", "two hex digits"},
        {"/%0x", "two hex digits"},
        {"/%u0041", "two hex digits"},
        {"/a%%61", "two hex digits"},
        {"/../%", "two hex digits"},
        {"/%00", "encoded NUL"},
        {"/a%00.txt", "encoded NUL"},
        {"/..", "above the root"},
        {"/../", "above the root"},
        {"/../a", "above the root"},
        {"/./..", "above the root"},
        {"/a/../..", "above the root"},
        {"/a/../../a", "above the root"},
        {"//../..", "above the root"},
        {"/%2e%2e/etc/passwd", "above the root"},
        {"/.%2e", "above the root"},
        {"/%2E.", "above the root"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[32] = "";
        strncpy(path, cases[i].path, sizeof(path) - 1);
        const char *broken_rule = target_normalise(path);
        cr_expect(
            broken_rule && strstr(broken_rule, cases[i].words), "%s: %s", cases[i].path,
            broken_rule ? broken_rule : path);
    }
}

/* For the log. */
Test(target, is_left_as_it_was_from_where_it_is_refused)
{
    static const struct spelling cases[] = {
        {"/%41%zz%42", "/A%zz%42"},
        {"/%2f%00%42", "/%2F%00%42"},
        {"/a%", "/a%"},
        {"/../a", "/../a"},
        {"/a/./b/../../../../c", "/../../c"},
        {"/a/..//%2e%2e/..", "/.."},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[32] = "";
        strncpy(path, cases[i].path, sizeof(path) - 1);
        cr_expect_not_null(target_normalise(path));
        cr_expect_str_eq(path, cases[i].normalised, "%s: %s", cases[i].path, path);
    }
}

Test(target, is_an_error_number_for_programs)
{
    char good[] = "/a/%2e%2e/b";
    char bad[] = "/..";
    cr_expect_eq(hob_normalise_path(good), 0);
    cr_expect_str_eq(good, "/b");
    cr_expect_eq(hob_normalise_path(bad), -EINVAL);
}

/* Pieces that are likely to become something else when they meet. */
static void write_random_path(char *path)
{
    static const char *const pieces[] = {"/",   "/",   ".",     "%2e", "%2E", "%2f", "a",
                                         "%61", "%25", "%2525", "2e",  "..",  "b"};
    char *end = stpcpy(path, "/");
    for (uint32_t count = random_below(12); count > 0; count--)
        end = stpcpy(end, pieces[random_below(COUNT(pieces))]);
}

static bool has_dot_segment(const char *path)
{
    for (const char *at = path; *at == '/'; at += 1 + strcspn(at + 1, "/")) {
        size_t length = strcspn(at + 1, "/");
        if ((length == 1 && at[1] == '.') || (length == 2 && memcmp(at + 1, "..", 2) == 0))
            return true;
    }
    return false;
}

Test(target, is_normal_once_it_was_normalised)
{
    size_t good = 0;
    for (int i = 0; i < 200000; i++) {
        char original[128] = "", once[128], twice[128];
        write_random_path(original);
        memcpy(once, original, sizeof(once));
        if (target_normalise(once))
            continue;
        good++;
        memcpy(twice, once, sizeof(twice));
        cr_assert_null(target_normalise(twice), "%s: %s", original, once);
        cr_assert_str_eq(twice, once, "%s: %s", original, once);
        cr_assert_leq(strlen(once), strlen(original));
        cr_assert_eq(once[0], '/');
        cr_assert_not(has_dot_segment(once), "%s: %s", original, once);
    }
    cr_expect_gt(good, 50000, "only %zu good ones", good);
}
