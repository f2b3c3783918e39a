/* A test of what takes an hour. */
#include <hob/runtime.h>
#include <hob/testing.h>
#include <stdio.h>

static int steep(void *hours)
{
    return hob_sleep(*(const double *)hours * 3600);
}

int main(void)
{
    double hours = 1;
    int err = hob_block_on(steep, &hours);
    printf("%.0f s\n", hob_virtual_elapsed());
    return err < 0;
}
