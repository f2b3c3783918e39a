/*
 * A server of the files of a test's folder: hob_files() and nothing else.
 */
#ifndef HOB_TESTS_SUPPORT_FOLDER_SERVER_H
#define HOB_TESTS_SUPPORT_FOLDER_SERVER_H

#include "hob/hob.h"
#include "tests/support/folder.h"
#include "tests/support/handler_server.h"

/* Serves /NAME, decoded as a router would, from the file NAME in "root" of the test's folder. */
int serve_folder(hob_request *req, hob_response *res);

/* Makes the folder, and "root" in it. For .init. */
void folder_begin(void);

#endif
