/*
 * Lines of the access log, of a client that sends what it likes. The input is the parts of a
 * request, each ended by a NUL; those that are missing are not known.
 */
#include <stdlib.h>
#include <string.h>

#include "observe/access_line.h"
#include "tests/fuzz/check.h"

/* Takes the next part off the input, to memory of just its size. NULL if there is none. */
static char *take_part(const char **data, size_t *size)
{
    if (*size == 0)
        return NULL;
    size_t length = strnlen(*data, *size);
    char *part = strndup(*data, length);
    CHECK(part);
    size_t taken = length < *size ? length + 1 : length;
    *data += taken;
    *size -= taken;
    return part;
}

/* Counts the quotes that are no part of a string. */
static size_t count_quotes(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += line[i] == '"';
        i += line[i] == '\\';
    }
    return count;
}

static void check_line(hob_access_log_format format, const struct access_record *record)
{
    char *line = malloc(ACCESS_LINE_SIZE);
    CHECK(line);
    size_t length = access_line(format, record, line);
    CHECK(length > 1 && length <= ACCESS_LINE_SIZE && line[length - 1] == '\n');
    for (size_t i = 0; i < length - 1; i++)
        CHECK(line[i] >= ' ' && line[i] <= '~');
    size_t quotes = count_quotes(line, length - 1);
    CHECK(quotes % 2 == 0);
    CHECK(format != HOB_ACCESS_LOG_COMBINED || quotes == 6);
    free(line);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const char *data = (const char *)bytes;
    char *parts[7];
    for (size_t i = 0; i < 7; i++)
        parts[i] = take_part(&data, &size);
    const struct access_record record = {
        .second = "SECOND",
        .client = "127.0.0.1:50000",
        .method = parts[0],
        .path = parts[1],
        .query = parts[2],
        .protocol = "HTTP/1.1",
        .status = 200,
        .referer = parts[3],
        .user_agent = parts[4],
        .id = parts[5],
        .route = parts[6],
    };
    check_line(HOB_ACCESS_LOG_COMBINED, &record);
    check_line(HOB_ACCESS_LOG_JSON, &record);
    check_line(HOB_ACCESS_LOG_LOGFMT, &record);
    for (size_t i = 0; i < 7; i++)
        free(parts[i]);
    return 0;
}
