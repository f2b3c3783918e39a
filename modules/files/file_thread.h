/* Functions about files, on the threads that files have. */
#ifndef HOB_MODULES_FILES_FILE_THREAD_H
#define HOB_MODULES_FILES_FILE_THREAD_H

#include "hob/runtime.h"

/*
 * Runs blocking(arg) on a thread of hob_file_pool(), and waits while more files are asked for than
 * its queue takes. Returns the function's result, or what hob_pool_run() and hob_sleep() return.
 */
int run_on_file_thread(hob_fn *blocking, void *arg);

#endif
