#include "watching.h"

#include <errno.h>

#include "hob/runtime.h"
#include "hob/trace.h"

static void stop_watching(void *watchers)
{
    (*(size_t *)watchers)--;
    hob_trace_unwatch();
}

int watch_until_end(size_t *watchers)
{
    int err = hob_trace_watch();
    if (err < 0)
        return err;
    ++*watchers;
    return hob_defer(stop_watching, watchers);
}

const char *outcome_name(int result)
{
    if (result >= 0)
        return "served";
    if (result == -ETIMEDOUT)
        return "late";
    return result == -ECANCELED ? "cancelled" : "failed";
}

int wait_unless_stopping(const hob_request *req, double seconds)
{
    size_t winner;
    hob_future *either[] = {hob_timer(seconds), hob_server_until_stopping(hob_request_server(req))};
    int err = hob_race_all(either, 2, &winner);
    return err < 0 ? err : winner == 0;
}
