/*
 * The path of a request's target: equivalent paths become the same string, so that a rule about a
 * path cannot be got around by spelling it in another way.
 */
#ifndef HOB_HTTP_TARGET_H
#define HOB_HTTP_TARGET_H

/* hob_normalise_path() of hob/server.h, but tells the rule that was broken; NULL if none was. */
const char *target_normalise(char *path);

#endif
