/*
 * From what a request says to what its handler gets: the path and its values, the query, forms,
 * cookies, ranges, dates and conditions. And patterns. The input is a target, a line break, and
 * what is tried as the value of each header, as a form and as a pattern.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/conditions.h"
#include "content/http_date.h"
#include "content/range.h"
#include "hob/hob.h"
#include "modules/files/version.h"
#include "server/http1.h"
#include "server/server.h"
#include "tests/fuzz/check.h"

/* Of hob_server_options, by default. */
#define TARGET_LIMIT 8192

/* Of a file, and of the day: seconds. */
#define MODIFIED  784111777    /* Sun, 06 Nov 1994 08:49:37 GMT, as in the examples of RFC 9110 */
#define NOW       1800000000   /* in January 2027 */
#define LAST_DATE 253402300799 /* the end of 9999 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The input, in two strings. */
struct input {
    char *target;
    hob_bytes rest;
};

static char *copy_of(const void *data, size_t size)
{
    char *copy = malloc(size + 1);
    CHECK(copy);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

static struct input split(const char *data, size_t size)
{
    const char *end = memchr(data, '\n', size);
    size_t length = end ? (size_t)(end - data) : size;
    size_t skipped = end ? length + 1 : length;
    return (struct input){
        .target = copy_of(data, length),
        .rest = {.data = copy_of(data + skipped, size - skipped), .size = size - skipped},
    };
}

/* Encodes each byte, and thus says the same in another way. */
static char *encode(const char *text)
{
    char *encoded = hob_alloc(3 * strlen(text) + 1);
    CHECK(encoded);
    char *end = encoded;
    for (; *text; text++)
        end += sprintf(end, "%%%02x", (unsigned char)*text);
    *end = '\0';
    return encoded;
}

static void check_segments(const char *path)
{
    while (*path) {
        CHECK(*path == '/');
        size_t length = strcspn(path + 1, "/");
        CHECK(!(length == 1 && path[1] == '.'));
        CHECK(!(length == 2 && path[1] == '.' && path[2] == '.'));
        path += 1 + length;
    }
}

/* Only characters that need it are encoded, in upper case: each path has one spelling. */
static void check_encodings(const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char decoded[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._~"; /* and its NUL */
    while ((path = strchr(path, '%'))) {
        CHECK(path[1] && strchr(digits, path[1]) && path[2] && strchr(digits, path[2]));
        size_t byte = (size_t)(strchr(digits, path[1]) - digits) * 16 +
                      (size_t)(strchr(digits, path[2]) - digits);
        CHECK(!memchr(decoded, (int)byte, sizeof(decoded)));
        path++;
    }
}

static void check_path(const char *path)
{
    char *again = copy_of(path, strlen(path));
    check_segments(path);
    check_encodings(path);
    CHECK(hob_normalise_path(again) == 0);
    CHECK(strcmp(again, path) == 0);
    free(again);
}

static void check_target(const char *target)
{
    size_t length = strcspn(target, "?");
    char *path = copy_of(target, length);
    if (hob_normalise_path(path) == 0 && *path == '/') {
        check_path(path);
        CHECK(strlen(path) <= length);
    }
    free(path);
}

static void check_pair(const char *pairs, const char *name, const char *value)
{
    char *text = hob_alloc(3 * (strlen(name) + strlen(value)) + 2);
    CHECK(text);
    sprintf(text, "%s=%s", encode(name), encode(value));
    const char *found;
    CHECK(hob_form_value(text, name, &found) == 1 && strcmp(found, value) == 0);
    CHECK(strlen(name) + strlen(value) <= strlen(pairs));
}

static void check_pairs(const char *pairs)
{
    const char *name, *value, *rest = pairs;
    for (int i = 0; i < 16 && hob_next_pair(&rest, &name, &value) > 0; i++) {
        const char *first;
        CHECK(hob_form_value(pairs, name, &first) == 1 && (i > 0 || strcmp(first, value) == 0));
        check_pair(pairs, name, value);
    }
}

static void check_cookies(hob_request *req)
{
    static const char *const names[] = {"a", "session", "__Host-id", "", "%61", "a=b"};
    const char *header = hob_request_header(req, "Cookie");
    const char *list;
    CHECK(
        hob_request_header_list(req, "Cookie", &list) == 1 &&
        strncmp(list, header, strlen(header)) == 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = hob_request_cookie(req, names[i]);
        CHECK(!value || strlen(names[i]) + strlen("=") + strlen(value) <= strlen(header));
    }
}

static void check_values(hob_request *req)
{
    static const char *const names[] = {"id", "item", "rest"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = hob_path_value(req, names[i]);
        if (!value)
            continue;
        CHECK(strlen(value) < strlen(hob_request_path(req)));
        CHECK(*value || strcmp(names[i], "rest") == 0);
        CHECK(strcmp(hob_percent_decode(encode(value), 3 * strlen(value)), value) == 0);
    }
}

static bool called;

static int note_call(hob_request *req, hob_response *res)
{
    (void)res;
    called = true;
    check_path(hob_request_path(req));
    char *raw = hob_alloc(strlen(hob_request_raw_path(req)) + 1);
    CHECK(raw && hob_normalise_path(strcpy(raw, hob_request_raw_path(req))) == 0);
    CHECK(strcmp(raw, hob_request_path(req)) == 0);
    return 0;
}

static int look_at_request(hob_request *req, hob_response *res)
{
    const char *query = hob_request_query(req);
    check_pairs(query ? query : "");
    check_cookies(req);
    check_values(req);
    return note_call(req, res);
}

/* There is one for every path, so that no response is needed. */
static const hob_route routes[] = {
    HOB_ROUTE("GET /", look_at_request),
    HOB_ROUTE("GET /a/{id}/c", look_at_request),
    HOB_ROUTE("GET /a/b/{rest...}", look_at_request),
    HOB_ROUTE("GET /{id}/{item}", look_at_request),
    HOB_ROUTE("GET /%2f/{item}", look_at_request),
    HOB_ROUTE("GET /{rest...}", look_at_request),
};

/* Parses a request and calls its handler. Returns false if the request is bad. */
static bool route(hob_router *router, const char *target, const char *cookies)
{
    hob_server server = {.options.router = router};
    CHECK(server_options_complete(&server.options) == 0);
    server.parser_limits = server_parser_limits(&server.options);
    server.workspace = workspace_new(parser_room(&server.parser_limits));
    CHECK(server.workspace);
    struct connection connection = {.server = &server, .now = 1};
    struct http1 http1;
    char *text = hob_alloc(strlen(target) + strlen(cookies) + 64);
    CHECK(text);
    int length = sprintf(text, "GET %s HTTP/1.1\r\nHost: h\r\nCookie: %s\r\n\r\n", target, cookies);
    http1_init(&http1, &connection);
    parser_feed(&http1.parser, text, (size_t)length);
    bool good = http1.parser.state == PARSER_DONE;
    called = false;
    if (good)
        CHECK(hob_router_handle(&http1.exchange.req, NULL) == 0 && called);
    exchange_free(&http1.exchange);
    workspace_free(server.workspace);
    return good;
}

/* A pattern matches a path that looks like it, and what it matches is taken then. */
static void check_pattern(const char *path)
{
    hob_router *router = NULL;
    const char *refused = NULL;
    char *pattern = hob_alloc(strlen(path) + sizeof("GET "));
    CHECK(pattern);
    sprintf(pattern, "GET %s", path);
    const hob_route twice[] = {HOB_ROUTE(pattern, note_call), HOB_ROUTE(pattern, note_call)};
    int err = hob_router_new(twice, 1, &router, &refused);
    if (err < 0) {
        CHECK(err == -EINVAL && refused == pattern);
        return;
    }
    CHECK(strlen(path) > TARGET_LIMIT / 2 || route(router, path, ""));
    hob_router_free(router);
    CHECK(hob_router_new(twice, 2, &router, &refused) == -EEXIST && refused == pattern);
}

/* Parts lie inside of the content, and mean the same when each is said in full. */
static void check_part(hob_range part, uint64_t size)
{
    char text[64];
    hob_ranges again;
    CHECK(part.length > 0 && part.length <= size && part.first <= size - part.length);
    sprintf(text, "bytes=%" PRIu64 "-%" PRIu64, part.first, part.first + part.length - 1);
    CHECK(range_parse(text, size, &again) == RANGE_PARTS && again.count == 1);
    CHECK(again.list[0].first == part.first && again.list[0].length == part.length);
}

static void check_range(const char *value)
{
    static const uint64_t sizes[] = {0, 1, 1000, UINT64_MAX};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        hob_ranges parts;
        uint64_t sum = 0;
        bool any = range_parse(value, sizes[i], &parts) == RANGE_PARTS;
        CHECK(any == (parts.count > 0) && parts.count <= HOB_RANGES_MAX);
        for (size_t k = 0; k < parts.count; k++) {
            check_part(parts.list[k], sizes[i]);
            CHECK(parts.list[k].length <= sizes[i] - sum); /* never more than there is */
            sum += parts.list[k].length;
        }
    }
}

/* A date means the same when it is written as we write dates, and there are few ways to say it. */
static void check_date(const char *text)
{
    char own[HOB_HTTP_DATE_SIZE];
    time_t date, again;
    if (!http_date_parse(text, NOW, &date))
        return;
    CHECK(strlen(text) >= strlen("Sun Nov  6 08:49:37 1994"));
    CHECK(strlen(text) <= strlen("Wednesday, 06-Nov-94 08:49:37 GMT"));
    if (date < 0 || date > LAST_DATE) /* which we do not write */
        return;
    hob_http_date(date, own);
    CHECK(http_date_parse(own, NOW, &again) && again == date);
}

static int status_of(const hob_validators *version, struct conditions conditions)
{
    conditions.reads = true;
    return conditions_check(&conditions, version, NOW);
}

/* Opposite conditions have opposite results. */
static void check_conditions(const char *value, time_t modified)
{
    struct version file;
    const struct stat facts = {.st_mtim.tv_sec = modified, .st_size = 10};
    version_of(&file, &facts, NOW);
    bool strong = *file.etag != 'W';
    int match = status_of(&file.validators, (struct conditions){.if_match = value});
    int none = status_of(&file.validators, (struct conditions){.if_none_match = value});
    int after = status_of(&file.validators, (struct conditions){.if_modified_since = value});
    int until = status_of(&file.validators, (struct conditions){.if_unmodified_since = value});
    CHECK(match == 200 || match == 412);
    CHECK(none == 304 || (none == 200 && match == 412)); /* a strong match is a weak one too */
    CHECK(after == 200 || until == 200);
    if (strstr(value, file.etag) == value && !value[strlen(file.etag)])
        CHECK(none == 304 && match == (strong ? 200 : 412));
    if (conditions_allow_range(value, &file.validators, NOW))
        CHECK(strong && (match == 200 || after == 304));
}

static int check(void *arg)
{
    const struct input *input = arg;
    hob_router *router;
    const char *refused;
    CHECK(hob_router_new(routes, COUNT(routes), &router, &refused) == 0);
    route(router, input->target, input->rest.data);
    hob_router_free(router);
    check_target(input->target);
    check_pairs(input->rest.data);
    check_pattern(input->rest.data);
    check_range(input->rest.data);
    check_date(input->rest.data);
    check_conditions(input->rest.data, MODIFIED);
    check_conditions(input->rest.data, NOW); /* new, and therefore weak */
    const char *value;
    hob_form_value(input->rest.data, "a", &value); /* which may have a NUL somewhere */
    CHECK(!value || strlen(value) < input->rest.size);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = split((const char *)data, size);
    CHECK(hob_block_on(check, &input) == 0);
    free(input.target);
    free(input.rest.data);
    return 0;
}
