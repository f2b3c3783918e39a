#include "http/buffer.h"

#include <signal.h>

#include "tests/support/memory.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(buffer, .fini = expect_no_leaks, .timeout = 20);

/* A Test with a buffer, that its body uses as `buffer`, a pointer. */
#define BufferTest(name)                                                                           \
    static void name##_of(struct buffer *buffer);                                                  \
    Test(buffer, name)                                                                             \
    {                                                                                              \
        struct buffer buffer = {0};                                                                \
        name##_of(&buffer);                                                                        \
        buffer_free(&buffer);                                                                      \
    }                                                                                              \
    static void name##_of(struct buffer *buffer)

static void append(struct buffer *buffer, const char *text)
{
    cr_assert_eq(buffer_append(buffer, text, strlen(text)), 0);
}

static void expect_bytes(const struct buffer *buffer, const char *text)
{
    cr_assert_eq(buffer_length(buffer), strlen(text), "%zu bytes", buffer_length(buffer));
    cr_expect_arr_eq(buffer_bytes(buffer), text, strlen(text), "not '%s'", text);
}

BufferTest(takes_nothing_for_nothing)
{
    cr_expect_eq(buffer_append(buffer, NULL, 0), 0);
    cr_expect_eq(buffer_reserve(buffer, 0), 0);
    cr_expect_null(buffer->data);
    append(buffer, "one");
    cr_expect_eq(buffer_append(buffer, NULL, 0), 0);
    expect_bytes(buffer, "one");
}

BufferTest(allocates_no_more_than_is_needed_at_first)
{
    cr_assert_eq(buffer_reserve(buffer, 1000), 0);
    cr_expect_eq(buffer->capacity, 1000);
}

/* Else appending byte by byte would copy everything each time. */
BufferTest(doubles_when_it_grows)
{
    size_t allocations = 0;
    for (size_t i = 0; i < 100 * 1000; i++) {
        size_t before = buffer->capacity;
        append(buffer, "x");
        allocations += buffer->capacity != before;
    }
    cr_expect_leq(allocations, 20, "%zu times", allocations);
}

BufferTest(does_not_allocate_when_it_has_room)
{
    cr_assert_eq(buffer_reserve(buffer, 6), 0);
    const char *data = buffer->data;
    append(buffer, "one");
    append(buffer, "two");
    cr_expect_eq(buffer->data, data);
    cr_expect_eq(buffer->capacity, 6);
}

BufferTest(uses_the_room_of_what_was_consumed)
{
    append(buffer, "onetwo");
    buffer_consume(buffer, 3);
    append(buffer, "six");
    expect_bytes(buffer, "twosix");
    cr_expect_eq(buffer->capacity, 6);
}

/* One whose sender and receiver are as fast as each other stays as it is. */
BufferTest(never_grows_while_all_is_consumed)
{
    append(buffer, "onetwo");
    buffer_consume(buffer, 6);
    for (size_t i = 0; i < 1000; i++) {
        append(buffer, "three");
        buffer_consume(buffer, 5);
    }
    cr_expect_eq(buffer->capacity, 6);
}

BufferTest(refuses_sizes_that_no_machine_has)
{
    static const size_t sizes[] = {
        SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 6, SIZE_MAX / 2 + 1, SIZE_MAX / 2};
    append(buffer, "onetwo");
    buffer_consume(buffer, 3);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        cr_expect_eq(buffer_reserve(buffer, sizes[i]), -ENOMEM, "%zu", sizes[i]);
        cr_expect_eq(buffer_append(buffer, "", sizes[i]), -ENOMEM, "%zu", sizes[i]);
        expect_bytes(buffer, "two");
    }
    struct buffer empty = {0};
    cr_expect_eq(buffer_reserve(&empty, SIZE_MAX), -ENOMEM);
    cr_expect_null(empty.data);
}

Test(buffer, stays_as_it_is_when_memory_runs_out)
{
    if (UNDER_ASAN)
        cr_skip("AddressSanitizer ends the process instead");
    struct buffer buffer = {0};
    append(&buffer, "onetwo");
    buffer_consume(&buffer, 3);
    limit_address_space(0);
    int err = buffer_append(&buffer, "", (size_t)1 << 30);
    unlimit_address_space();
    cr_expect_eq(err, -ENOMEM);
    expect_bytes(&buffer, "two");
    buffer_free(&buffer);
}

/*
 * Against a model: byte number i ever appended has a value of its own, so it is enough to know how
 * many were appended and how many consumed.
 */

struct model {
    struct buffer buffer;
    size_t appended, consumed;
};

static char stream_byte(size_t i)
{
    return (char)(i * 167 + i / 256);
}

static bool agrees(const struct model *self)
{
    size_t length = self->appended - self->consumed;
    if (buffer_length(&self->buffer) != length || self->buffer.end > self->buffer.capacity)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (buffer_bytes(&self->buffer)[i] != stream_byte(self->consumed + i))
            return false;
    }
    return true;
}

static bool append_some(struct model *self, size_t size)
{
    char bytes[256];
    for (size_t i = 0; i < size; i++)
        bytes[i] = stream_byte(self->appended + i);
    self->appended += size;
    return buffer_append(&self->buffer, bytes, size) == 0;
}

static bool consume_some(struct model *self, size_t size)
{
    size_t length = self->appended - self->consumed;
    size = size < length ? size : length;
    self->consumed += size;
    buffer_consume(&self->buffer, size);
    return true;
}

static bool reserve_some(struct model *self, size_t size)
{
    return buffer_reserve(&self->buffer, size) == 0 &&
           self->buffer.capacity - self->buffer.end >= size;
}

static bool free_all(struct model *self)
{
    self->consumed = self->appended;
    buffer_free(&self->buffer);
    return self->buffer.capacity == 0;
}

/* Numbers that look random, and are the same in each run: Knuth's MMIX generator. */
static unsigned next_number(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(state >> 33);
}

/* Mostly about as much goes in as out, so that it is empty, compacted and grown by turns. */
static bool do_something(struct model *self)
{
    size_t size = next_number() % 256;
    unsigned dice = next_number() % 100;
    if (dice < 40)
        return append_some(self, size);
    if (dice < 85)
        return consume_some(self, size);
    return dice < 99 ? reserve_some(self, size) : free_all(self);
}

Test(buffer, agrees_with_its_model)
{
    enum { STEPS = 100 * 1000 };
    struct model model = {0};
    for (int step = 0; step < STEPS; step++) {
        if (!do_something(&model) || !agrees(&model))
            cr_assert_fail("step %d", step);
    }
    buffer_free(&model.buffer);
}

#ifndef NDEBUG
Test(buffer, cannot_be_consumed_beyond_its_end, .signal = SIGABRT)
{
    struct buffer buffer = {0};
    append(&buffer, "one");
    buffer_consume(&buffer, 4);
}
#endif
