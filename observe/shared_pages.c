#include "shared_pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/*
 * The writer alternates between two halves, so that a process that dies while it writes leaves the
 * last bytes intact. Readers need no lock: if the version has changed while they were reading, the
 * bytes may have been overwritten, and they read again.
 */
struct page {
    atomic_uint_fast64_t version; /* halves[version % 2] holds the bytes */
    size_t sizes[2];
    unsigned char halves[2][SHARED_PAGE_SIZE];
};

struct shared_pages {
    size_t count;
    atomic_uint_fast64_t refused;
    struct page pages[];
};

static size_t mapping_size(size_t count)
{
    return sizeof(struct shared_pages) + count * sizeof(struct page);
}

struct shared_pages *shared_pages_new(size_t count)
{
    if (count > (SIZE_MAX - sizeof(struct shared_pages)) / sizeof(struct page))
        return NULL;
    struct shared_pages *self = mmap(
        NULL, mapping_size(count), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (self == MAP_FAILED)
        return NULL;
    self->count = count;
    return self;
}

void shared_pages_free(struct shared_pages *self)
{
    if (self)
        munmap(self, mapping_size(self->count));
}

int shared_pages_write(struct shared_pages *self, size_t index, const hob_exposition *records)
{
    struct page *page = &self->pages[index];
    if (records->size > SHARED_PAGE_SIZE) {
        atomic_fetch_add(&self->refused, 1);
        return -EMSGSIZE;
    }
    uint64_t next = atomic_load_explicit(&page->version, memory_order_relaxed) + 1;
    /* A reader that sees the new bytes must not still see the version before the last one. */
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

/* The stored size of a half that is being written may be any number. */
static size_t half_size(const struct page *page, uint64_t version)
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
        exposition_append(out, page->halves[version % 2], half_size(page, version));
        atomic_thread_fence(memory_order_acquire);
    } while (atomic_load_explicit(&page->version, memory_order_relaxed) != version);
}
