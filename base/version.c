#include "hob/version.h"

const char *hob_version(void)
{
    return HOB_VERSION;
}
