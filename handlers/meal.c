#include "dishes.h"

/* Both dishes at once: it takes as long as the longer one, on the same thread. */
int serve_meal(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_join(hob_async(cook_french_fries, NULL), hob_async(cook_noodles, NULL));
    if (err < 0)
        return err;
    return hob_reply_text(res, 200, "french fries cooking done\nnoodles cooking done\n");
}
