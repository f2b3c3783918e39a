/* Streams: a response of the upstream to the client, and the body of a request to the upstream. */
#include <hob/hob.h>
#include <stdlib.h>

/* A piece at a time: a slow client slows the upstream down. */
static int pass_list(hob_request *req, hob_response *res)
{
    char piece[4096];
    hob_fetched *list;
    int length = hob_fetch(hob_state(req), "http://127.0.0.1:8081/list", &list);
    if (length < 0)
        return length;
    int err = hob_stream(res, hob_fetched_status(list), "text/plain");
    while (err == 0 && (length = hob_fetched_read(list, piece, sizeof(piece))) > 0)
        err = hob_send(res, piece, (size_t)length);
    return err < 0 ? err : length;
}

static int read_body(void *req, void *data, size_t size)
{
    return hob_body_read(req, data, size);
}

/* A slow upstream slows the client down. */
static int pass_upload(hob_request *req, hob_response *res)
{
    hob_fetched *answer;
    hob_bytes text = {0};
    const hob_fetch_request request = {
        .url = "http://127.0.0.1:8081/count",
        .method = "POST",
        .source = read_body,
        .context = req,
    };
    int err = hob_fetch_with(hob_state(req), &request, &answer);
    if (err == 0)
        err = hob_fetched_body(answer, &text);
    if (err == 0)
        err = hob_reply_text(res, hob_fetched_status(answer), text.data);
    hob_bytes_free(&text);
    return err;
}

int main(void)
{
    hob_client *client;
    if (hob_client_new(NULL, &client) < 0)
        return EXIT_FAILURE;
    int status = hob_serve(
        "127.0.0.1:8080", (hob_route[]){
                              {"GET /list", pass_list, client},
                              {"POST /upload", pass_upload, client, .body_limit = 64 * 1024 * 1024},
                              {0},
                          });
    hob_client_free(client);
    return status;
}
