/*
 * How do I log, and where does the log go?
 *
 *     $ curl localhost:8080/
 *     done
 *     $ grep -o '<.>shop: served a guest' log.txt
 *     <6>shop: served a guest
 */
#include <hob/hob.h>
#include <stdio.h>

/* Messages of hob itself come here too. Without a sink they go to standard error. */
static void write_line(void *file, hob_log_level level, const char *message)
{
    static const int priorities[] = {3, 4, 6, 7}; /* as systemd reads them: see sd-daemon(3) */
    fprintf(file, "<%d>shop: %s\n", priorities[level], message);
}

static int serve(hob_request *req, hob_response *res)
{
    (void)req;
    hob_log(HOB_LOG_INFO, "served a guest");
    hob_log(HOB_LOG_DEBUG, "this is below the level");
    return hob_reply_text(res, 200, "done\n");
}

int main(int argc, char **argv)
{
    FILE *file = fopen("log.txt", "ae");
    if (!file)
        return 1;
    setlinebuf(file);
    hob_log_set_level(HOB_LOG_INFO);
    hob_log_to(write_line, file);
    const hob_route routes[] = {HOB_ROUTE("GET /", serve), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
