/* What a container's HEALTHCHECK runs: the image holds no curl. */
#ifndef HOB_PROGRAM_HEALTHCHECK_H
#define HOB_PROGRAM_HEALTHCHECK_H

/*
 * Asks GET /healthz of the server at an address that hob_address_parse() has taken. Returns 0 if it
 * answered 200, else 1, and then one line on standard error says why. Takes no more than about 3
 * seconds. An address that means "all interfaces" is asked on the loopback one.
 */
int healthcheck(const char *address);

#endif
