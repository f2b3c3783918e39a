/* The menu as a table. */
#ifndef HOB_HANDLERS_ROUTES_H
#define HOB_HANDLERS_ROUTES_H

#include <stddef.h>

#include "hob/router.h"

/* All routes of hob; sets *count to how many there are. */
const hob_route *routes(size_t *count);

/* The same in two parts, for a server that does not tell everybody how it is. */
const hob_route *routes_for_guests(size_t *count);
const hob_route *routes_for_operators(size_t *count);

#endif
