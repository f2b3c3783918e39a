/*
 * The lesson: begin what takes time, work on, and await it when you need it. The file is read on
 * another thread while foo() works; the load is done before foo() is, so main does not wait. And
 * what can go wrong comes as the result of the await.
 */
#include <hob/runtime.h>
#include <stdio.h>
#include <string.h>

static int load(void *arg)
{
    hob_bytes *content = arg;
    int err = hob_await(hob_read_file("poem.txt", content));
    puts(err < 0 ? "load: failed" : "load: done");
    return err;
}

static int foo(void)
{
    puts("foo: begins to work");
    int err = hob_sleep(1);
    puts("foo: has worked for a second");
    return err;
}

static void try_to_read(const char *path)
{
    hob_bytes nothing;
    int err = hob_await(hob_read_file(path, &nothing));
    printf("%s: %s\n", path, strerror(-err));
    hob_bytes_free(&nothing);
}

static int async_main(void *arg)
{
    (void)arg;
    hob_bytes content = {0};
    hob_future *loading = hob_async(load, &content);
    int err = foo();
    double before = hob_now();
    int load_err = hob_await(loading);
    printf("main: awaited the load for %.1f s\n", hob_now() - before);
    if (err == 0 && load_err == 0)
        printf("main: %s", content.data);
    hob_bytes_free(&content);

    try_to_read("no-such-file.txt");
    try_to_read("/");
    return 0;
}

int main(void)
{
    FILE *poem = fopen("poem.txt", "w");
    if (!poem || fputs("two pans and one cook\n", poem) < 0 || fclose(poem) != 0)
        return 1;
    int err = hob_block_on(async_main, NULL);
    remove("poem.txt");
    return err < 0;
}
