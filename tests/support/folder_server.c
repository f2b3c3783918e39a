#include "tests/support/folder_server.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

void folder_begin(void)
{
    folder_make();
    folder_add_folder("root");
}

static void decode(const char *from, char *to)
{
    while (*from) {
        bool encoded =
            from[0] == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2]);
        char digits[3] = {from[1], encoded ? from[2] : '\0'};
        *to++ = encoded ? (char)strtol(digits, NULL, 16) : *from;
        from += encoded ? 3 : 1;
    }
    *to = '\0';
}

int serve_folder(hob_request *req, hob_response *res)
{
    char path[1024];
    decode(hob_request_path(req) + 1, path); /* the tests' paths are shorter */
    char *root = hob_alloc(512);
    snprintf(root, 512, "%s", folder_path("root"));
    return hob_files(req, res, root, path);
}
