// C++ exceptions in coroutines: each handles its own, also when it waits in a catch block; and one
// that leaves a coroutine, or its hob_call_deep(), ends the program with a message. `exceptions leave`
// and `exceptions leave deep` do the latter.
#include <hob/runtime.h>

#include <cstdio>
#include <stdexcept>
#include <string>

struct guest {
    const char *name;
    double pause;
};

static std::string bill_of(const guest &guest)
{
    return std::string("the bill of ") + guest.name;
}

// Waits in a catch block, and throws again what it caught.
static int rethrow(void *arg)
{
    const guest &self = *static_cast<guest *>(arg);
    try {
        try {
            throw std::runtime_error(bill_of(self));
        } catch (const std::exception &) {
            hob_sleep(self.pause);
            throw;
        }
    } catch (const std::exception &error) {
        return error.what() == bill_of(self) ? 1 : -1;
    }
}

// The one that leaves its catch block first frees its own exception.
static int look(void *arg)
{
    const guest &self = *static_cast<guest *>(arg);
    try {
        throw std::runtime_error(bill_of(self));
    } catch (const std::exception &error) {
        hob_sleep(self.pause);
        return error.what() == bill_of(self) ? 1 : -1;
    }
}

static int serve_guests(void *)
{
    guest first{"Ada", 0.01}, second{"Bob", 0.02};
    hob_future *guests[] = {
        hob_async(rethrow, &first), hob_async(rethrow, &second), hob_async(look, &first),
        hob_async(look, &second)};
    int own = 0;
    for (hob_future *guest : guests)
        own += hob_await(guest);
    std::printf("%d of 4 got their own\n", own);
    return 0;
}

static int leave(void *)
{
    throw std::runtime_error("nobody catches this");
}

static int leave_deep(void *)
{
    return hob_call_deep(leave, nullptr);
}

static int await_leave(void *)
{
    return hob_await(hob_async(leave, nullptr));
}

static int await_leave_deep(void *)
{
    return hob_await(hob_async(leave_deep, nullptr));
}

int main(int argc, char **)
{
    hob_fn *const functions[] = {serve_guests, await_leave, await_leave_deep};
    return hob_block_on_named("main", functions[argc - 1], nullptr);
}
