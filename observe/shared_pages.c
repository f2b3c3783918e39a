#include "shared_pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/*
 * The bytes and the place for the next ones: a process that dies while it writes leaves the last
 * ones as they were. Readers need no lock either. They see by the version whether the bytes were
 * overwritten meanwhile, and then read the next ones.
 */
struct page {
    atomic_uint_fast64_t version; /* the bytes are those of halves[version % 2] */
    size_t sizes[2];
    unsigned char halves[2][SHARED_PAGE_SIZE];
};

struct shared_pages {
    size_t count;
    atomic_uint_fast64_t refused;
    struct page pages[];
};

static size_t size_of(size_t count)
{
    return sizeof(struct shared_pages) + count * sizeof(struct page);
}

struct shared_pages *shared_pages_new(size_t count)
{
    if (count > (SIZE_MAX - sizeof(struct shared_pages)) / sizeof(struct page))
        return NULL;
    struct shared_pages *self = mmap(
        NULL, size_of(count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
        -1, 0);
    if (self == MAP_FAILED)
        return NULL;
    self->count = count;
    return self;
}

void shared_pages_free(struct shared_pages *self)
{
    if (self)
        munmap(self, size_of(self->count));
}

int shared_pages_write(struct shared_pages *self, size_t index, const hob_exposition *records)
{
    struct page *page = &self->pages[index];
    if (records->size > SHARED_PAGE_SIZE) {
        atomic_fetch_add(&self->refused, 1);
        return -EMSGSIZE;
    }
    uint64_t next = atomic_load_explicit(&page->version, memory_order_relaxed) + 1;
    /* Nobody must see what is written now and still find the version before the last. */
    atomic_thread_fence(memory_order_release);
    if (records->size > 0)
        memcpy(page->halves[next % 2], records->bytes, records->size);
    page->sizes[next % 2] = records->size;
    atomic_store_explicit(&page->version, next, memory_order_release);
    return 0;
}

uint64_t shared_pages_refused(const struct shared_pages *self)
{
    return atomic_load(&self->refused);
}

/* Of a half that is being written it may be any number. */
static size_t size_of_half(const struct page *page, uint64_t version)
{
    size_t size = page->sizes[version % 2];
    return size <= SHARED_PAGE_SIZE ? size : 0;
}

void shared_pages_read(const struct shared_pages *self, size_t index, hob_exposition *out)
{
    const struct page *page = &self->pages[index];
    size_t before = out->size;
    uint64_t version;
    do {
        version = atomic_load_explicit(&page->version, memory_order_acquire);
        out->size = before;
        exposition_append(out, page->halves[version % 2], size_of_half(page, version));
        atomic_thread_fence(memory_order_acquire);
    } while (atomic_load_explicit(&page->version, memory_order_relaxed) != version);
}
