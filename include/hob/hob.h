/* hob/hob.h: includes all headers of hob except those for tests. */
#ifndef HOB_HOB_H
#define HOB_HOB_H

#include "hob/access_log.h"
#include "hob/address.h"
#include "hob/client.h"
#include "hob/cross_site.h"
#include "hob/files.h"
#include "hob/forwarded.h"
#include "hob/http.h"
#include "hob/log.h"
#include "hob/metrics.h"
#include "hob/net.h"
#include "hob/proxy.h"
#include "hob/request.h"
#include "hob/response.h"
#include "hob/router.h"
#include "hob/runtime.h"
#include "hob/server.h"
#include "hob/sync.h"
#include "hob/take_over.h"
#include "hob/text.h"
#include "hob/tls.h"
#include "hob/topic.h"
#include "hob/trace.h"
#include "hob/version.h"
#include "hob/websocket.h"

#endif
