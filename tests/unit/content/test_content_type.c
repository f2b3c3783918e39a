#include "hob/http.h"

#include "tests/support/test.h"

#define UNKNOWN "application/octet-stream"

Test(content_type, is_that_of_the_end_of_the_name)
{
    static const struct {
        const char *path, *type;
    } cases[] = {
        {"index.html", "text/html; charset=utf-8"},
        {"INDEX.HTM", "text/html; charset=utf-8"},
        {"a/b.c/style.css", "text/css; charset=utf-8"},
        {"app.js", "text/javascript; charset=utf-8"},
        {"app.mjs", "text/javascript; charset=utf-8"},
        {"app.js.map", "application/json"},
        {"data.json", "application/json"},
        {"table.csv", "text/csv; charset=utf-8"},
        {"read.me.txt", "text/plain; charset=utf-8"},
        {"README.md", "text/markdown; charset=utf-8"},
        {"photo.jpeg", "image/jpeg"},
        {"photo.JPG", "image/jpeg"},
        {"icon.png", "image/png"},
        {"icon.svg", "image/svg+xml"},
        {"favicon.ico", "image/vnd.microsoft.icon"},
        {"photo.webp", "image/webp"},
        {"film.mp4", "video/mp4"},
        {"film.webm", "video/webm"},
        {"song.mp3", "audio/mpeg"},
        {"letters.woff2", "font/woff2"},
        {"code.wasm", "application/wasm"},
        {"paper.pdf", "application/pdf"},
        {"archive.tar.gz", "application/gzip"},
        {"archive.7z", "application/x-7z-compressed"},
        {"archive.zst", "application/zstd"},
        /* nothing is known */
        {"", UNKNOWN},
        {"Makefile", UNKNOWN},
        {"html", UNKNOWN},
        {"name.", UNKNOWN},
        {"name.html ", UNKNOWN},
        {"name.htmlx", UNKNOWN},
        {"name.ht", UNKNOWN},
        {"name.0", UNKNOWN},
        {"name.zzz", UNKNOWN},
        {"folder.html/name", UNKNOWN},
        {"name.html/", UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *type = hob_content_type(cases[i].path);
        cr_expect_str_eq(type, cases[i].type, "%s: %s", cases[i].path, type);
    }
}

/* A binary search finds only what is in order. */
Test(content_type, every_type_of_the_table_is_found)
{
    static const char *const extensions[] = {
        "7z",  "aac",  "apng",  "atom", "avif", "bmp",    "bz2",   "c",    "css",
        "csv", "epub", "flac",  "gif",  "gz",   "h",      "htm",   "html", "ico",
        "ics", "jpeg", "jpg",   "js",   "json", "jsonld", "log",   "map",  "md",
        "mjs", "mp3",  "mp4",   "mpeg", "oga",  "ogg",    "ogv",   "opus", "otf",
        "pdf", "png",  "rss",   "rtf",  "svg",  "tar",    "tif",   "tiff", "ttf",
        "txt", "wasm", "wav",   "weba", "webm", "webp",   "woff2", "woff", "webmanifest",
        "xml", "yaml", "xhtml", "yml",  "xz",   "zip",    "zst",
    };
    for (size_t i = 0; i < COUNT(extensions); i++) {
        char name[32];
        snprintf(name, sizeof(name), "name.%s", extensions[i]);
        cr_expect_str_neq(hob_content_type(name), UNKNOWN, "%s", extensions[i]);
    }
}
