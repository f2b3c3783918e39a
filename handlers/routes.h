/* The menu as a table. */
#ifndef HOB_HANDLERS_ROUTES_H
#define HOB_HANDLERS_ROUTES_H

#include <stddef.h>

#include "hob/router.h"

/* All routes of hob; sets *count to how many there are. */
const hob_route *routes(size_t *count);

#endif
