#include "accepts.h"

static bool names(hob_request *req, const char *header, const char *name)
{
    const char *list;
    return hob_request_header_list(req, header, &list) > 0 && hob_preference_for(list, name).named;
}

bool accepts(hob_request *req, const char *type)
{
    return names(req, "Accept", type);
}

bool accepts_coding(hob_request *req, const char *coding)
{
    return names(req, "Accept-Encoding", coding);
}
