/* Texts that tests put together. */
#ifndef HOB_TESTS_SUPPORT_FORMATTED_H
#define HOB_TESTS_SUPPORT_FORMATTED_H

/* Text of any length, as printf would format it. Valid until the process of the test ends. */
const char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
