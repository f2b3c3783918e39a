/*
 * A copy of hob in the test's folder: a program that can be replaced while it runs.
 */
#ifndef HOB_TESTS_SUPPORT_PROGRAM_COPY_H
#define HOB_TESTS_SUPPORT_PROGRAM_COPY_H

/* Makes it. Returns its path. */
const char *program_copy_make(void);

/* From now on a shell runs this instead. */
void program_copy_replace(const char *script);

#endif
