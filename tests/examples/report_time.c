/* Linked into the examples in virtual time: says at the end how much of it has passed. */
#include <hob/testing.h>
#include <stdio.h>

__attribute__((destructor)) static void report_time(void)
{
    printf("(%.0f s)\n", hob_virtual_elapsed());
}
