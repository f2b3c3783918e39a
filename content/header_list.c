/* Headers that are lists (RFC 9110 section 5.6.1). */
#include <errno.h>
#include <string.h>

#include "hob/http.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "server/request.h"

bool hob_list_has(const char *list, const char *token)
{
    static const char separators[] = ", \t";
    while (*(list += strspn(list, separators))) {
        size_t length = strcspn(list, separators);
        if (length == strlen(token) && hob_text_equals_any_case_n(list, token, length))
            return true;
        list += length;
    }
    return false;
}

/* As hob_request_header() finds the first one: Host may be in the target. */
int hob_request_header_list(hob_request *req, const char *name, const char **list)
{
    hob_header header;
    size_t size = 0, count = 0;
    *list = hob_request_header(req, name);
    for (size_t position = 0; hob_request_next_header(req, &position, &header);) {
        if (hob_text_equals_any_case(header.name, name)) {
            size += strlen(header.value) + strlen(", ");
            count++;
        }
    }
    if (count < 2)
        return *list != NULL;
    const char *separator = "";
    char *end = hob_alloc(size);
    *list = end;
    if (!end)
        return -ENOMEM;
    for (size_t position = 0; hob_request_next_header(req, &position, &header);) {
        if (!hob_text_equals_any_case(header.name, name))
            continue;
        end = stpcpy(stpcpy(end, separator), header.value);
        separator = ", ";
    }
    return 1;
}
