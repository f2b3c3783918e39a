#include "options.h"

#include <getopt.h>
#include <hob/address.h>
#include <hob/client.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: pricewatch [OPTION]... NAME=MARKET...\n"
    "\n"
    "Asks the markets with these names what things cost. A market is an address,\n"
    "such as 127.0.0.1:8081, or a site, such as https://market.example.\n"
    "\n"
    "  --listen ADDRESS    where to serve (127.0.0.1:8080)\n"
    "  --patience SECONDS  for a market to answer (1)\n"
    "  --watch GOODS       what the news are about (potatoes)\n"
    "  --interval SECONDS  between two looks at the prices (5)\n"
    "  --help              this text\n";

static _Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("pricewatch: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(" (see pricewatch --help)\n", stderr);
    va_end(arguments);
    exit(2);
}

static double seconds(const char *option, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0 && value <= 3600))
        fail("--%s: '%s' is no number of seconds between 0 and 3600", option, text);
    return value;
}

static const char *address(const char *text)
{
    hob_address parsed;
    if (hob_address_parse(text, &parsed) < 0)
        fail("'%s' is no address such as 127.0.0.1:8080", text);
    return text;
}

static const char *goods(const char *text)
{
    if (!goods_are_valid(text))
        fail("--watch: '%s' is no word of letters, digits and dashes", text);
    return text;
}

static bool is_site(const char *text)
{
    return strncmp(text, "http://", strlen("http://")) == 0 ||
           strncmp(text, "https://", strlen("https://")) == 0;
}

/* The name of the goods becomes the path. */
static const char *site(const char *text)
{
    const char *rule = hob_url_check(text);
    if (rule)
        fail("'%s' is no site such as https://market.example: %s", text, rule);
    if (strlen(text) > SITE_LENGTH_MAX || strpbrk(strstr(text, "://") + 3, "/?"))
        fail("'%s' is no site such as https://market.example: it has a path or is long", text);
    return text;
}

/* Names stand in JSON and in the news as they are. */
static struct market market(char *text)
{
    char *separator = strchr(text, '=');
    if (!separator)
        fail("'%s' is no market such as north=127.0.0.1:8081", text);
    *separator = '\0';
    if (!goods_are_valid(text))
        fail("'%s' is no name of a market: letters, digits and dashes", text);
    const char *where = separator + 1;
    if (is_site(where))
        return (struct market){.name = text, .site = site(where)};
    return (struct market){.name = text, .address = address(where)};
}

static void parse_option(struct options *self, int option, const char *value)
{
    switch (option) {
    case 'l':
        self->listen = address(value);
        break;
    case 'w':
        self->watch = goods(value);
        break;
    case 'p':
        self->patience = seconds("patience", value);
        break;
    case 'i':
        self->interval = seconds("interval", value);
        break;
    case 'h':
        fputs(help, stdout);
        exit(0);
    default:
        exit(2); /* getopt has named it */
    }
}

struct options options_parse(int argc, char **argv)
{
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},   {"patience", required_argument, NULL, 'p'},
        {"interval", required_argument, NULL, 'i'}, {"watch", required_argument, NULL, 'w'},
        {"help", no_argument, NULL, 'h'},           {0},
    };
    struct options self = {
        .listen = "127.0.0.1:8080", .watch = "potatoes", .patience = 1, .interval = 5};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        parse_option(&self, option, optarg);
    if (optind == argc)
        fail("there is no market to ask");
    if (argc - optind > MARKETS_MAX)
        fail("'%s' is one market too many: at most %d", argv[optind + MARKETS_MAX], MARKETS_MAX);
    while (optind < argc)
        self.markets[self.market_count++] = market(argv[optind++]);
    return self;
}
