#include <hob/hob.h>

static int hello(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "hello\n");
}

int main(void)
{
    return hob_serve("127.0.0.1:8080", (hob_route[]){HOB_ROUTE("GET /hello", hello), {0}});
}
