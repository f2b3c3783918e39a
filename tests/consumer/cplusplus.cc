// The headers are C++ as well, and what they declare is linked as C.
#include <hob/hob.h>
#include <hob/testing.h>

#include <cstdio>

static int answer(void *arg)
{
    int err = hob_sleep(0.01);
    return err < 0 ? err : *static_cast<int *>(arg);
}

static int ask(void *arg)
{
    hob_future *answers[] = {hob_async(answer, arg), hob_async(answer, arg)};
    return hob_race_all(answers, 2, nullptr);
}

int main()
{
    int number = 42;
    std::printf("%d\n", hob_block_on(ask, &number));
}
