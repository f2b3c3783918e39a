/*
 * The needs of almost every integration test: servers in processes of their own, and clients of
 * theirs.
 */
#ifndef HOB_TESTS_SUPPORT_INTEGRATION_H
#define HOB_TESTS_SUPPORT_INTEGRATION_H

#include <math.h>
#include <signal.h>
#include <sys/socket.h>

#include "hob/hob.h"
#include "tests/support/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/handler_server.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"
#include "tests/support/sanitizers.h"
#include "tests/support/server_process.h"
#include "tests/support/test.h"

#endif
