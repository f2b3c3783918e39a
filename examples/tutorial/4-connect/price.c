#include "price.h"

#include <errno.h>
#include <unistd.h>

#include "connect.h"

int serve_price(hob_request *req, hob_response *res)
{
    (void)req;
    int fd = connect_to("127.0.0.1:8081");
    if (fd == -ECONNREFUSED)
        return hob_reply_text(res, 502, "The market is closed.\n");
    if (fd < 0)
        return fd;
    close(fd);
    return hob_reply_text(res, 200, "The market is open.\n");
}
