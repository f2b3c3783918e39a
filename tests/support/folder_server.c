#include "tests/support/folder_server.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

void folder_begin(void)
{
    folder_add_folder("root");
}

static bool is_encoded(const char *text)
{
    return text[0] == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]);
}

static void decode(const char *from, char *to)
{
    while (*from) {
        if (is_encoded(from)) {
            char digits[] = {from[1], from[2], '\0'};
            *to++ = (char)strtol(digits, NULL, 16);
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

int serve_folder(hob_request *req, hob_response *res)
{
    char path[1024];
    decode(hob_request_path(req) + 1, path); /* the tests' paths are shorter */
    return hob_files(req, res, folder_path("root"), path);
}
