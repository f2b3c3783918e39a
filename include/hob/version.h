/* hob/version.h: the version of hob, of these headers and of the library. */
#ifndef HOB_VERSION_H
#define HOB_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers. Until version 1.0 a minor version may change the interface. */
#define HOB_VERSION_MAJOR 0       /* 1 in "1.2.3" */
#define HOB_VERSION_MINOR 1       /* 2 */
#define HOB_VERSION_PATCH 0       /* 3 */
#define HOB_VERSION       "0.1.0" /* as a string */

/* One number for comparisons by #if: 10203 for 1.2.3. */
#define HOB_VERSION_NUMBER (HOB_VERSION_MAJOR * 10000 + HOB_VERSION_MINOR * 100 + HOB_VERSION_PATCH)

/*
 * Returns the version of the library that the program runs with, such as "0.1.0". It may differ
 * from that of the headers if the library is shared. May be called anywhere, on any thread.
 */
const char *hob_version(void);

#ifdef __cplusplus
}
#endif

#endif
