/* How the options of https go together. */
#include <string.h>

#include "option_table.h"

static const char http[] = "http://";
static const char https[] = "https://";

static bool has_scheme(const char *address, const char *scheme)
{
    return strncmp(address, scheme, strlen(scheme)) == 0;
}

const char *options_skip_scheme(const char *address)
{
    if (has_scheme(address, https))
        return address + strlen(https);
    return has_scheme(address, http) ? address + strlen(http) : address;
}

/* Returns how many of the addresses are for https. */
static size_t divide_addresses(struct options *options)
{
    size_t count = 0;
    for (size_t i = 0; i < options->listen_count; i++) {
        char *address = options->listen[i];
        bool secure = options_have_certificate(options) ? !has_scheme(address, http)
                                                        : has_scheme(address, https);
        options->listen_https[i] = secure;
        count += secure;
        const char *rest = options_skip_scheme(address);
        memmove(address, rest, strlen(rest) + 1);
    }
    return count;
}

/* The first of the options that have no effect without a certificate; NULL if none is set. */
static const char *find_dependent(const struct tls_options *tls)
{
    if (tls->keys.count > 0)
        return "--tls-key";
    if (tls->ocsp.count > 0)
        return "--tls-ocsp";
    if (tls->client_ca)
        return "--tls-client-ca";
    if (tls->redirect)
        return "--redirect-to-https";
    return tls->hsts > 0 ? "--hsts" : NULL;
}

#ifdef HOB_TLS
static void check_build(const struct options *options, size_t secure)
{
    (void)options;
    (void)secure;
}
#else
/* Fails if an option is set that needs TLS. */
static void check_build(const struct options *options, size_t secure)
{
    const char *option = secure > 0 ? "https:// of --listen" : NULL;
    const char *dependent = find_dependent(&options->tls);
    if (options->upstream_ca)
        option = "--upstream-ca";
    if (dependent)
        option = dependent;
    if (options->tls.self_signed)
        option = "--tls-self-signed";
    if (options->tls.certificates.count > 0)
        option = "--tls-certificate";
    if (option)
        options_fail("%s: this hob was built without TLS (-DHOB_TLS=OFF)", option);
}
#endif

static void check_files(const struct tls_options *tls)
{
    size_t count = tls->certificates.count;
    if (tls->self_signed && count > 0)
        options_fail("--tls-self-signed and --tls-certificate do not go together");
    if (tls->keys.count > 0 && tls->keys.count != count)
        options_fail("--tls-key: there are %zu keys for %zu certificates", tls->keys.count, count);
    if (tls->ocsp.count > count)
        options_fail(
            "--tls-ocsp: there are %zu responses for %zu certificates", tls->ocsp.count, count);
}

void options_combine_tls(struct options *options)
{
    const struct tls_options *tls = &options->tls;
    size_t secure = divide_addresses(options);
    bool can = options_have_certificate(options);
    const char *dependent = secure > 0 ? "https:// of --listen" : find_dependent(tls);
    check_build(options, secure);
    if (!can && dependent)
        options_fail("%s needs --tls-certificate or --tls-self-signed", dependent);
    check_files(tls);
    if (can && secure == 0)
        options_fail("there is a certificate, but no address of --listen is for https");
    if (tls->redirect && secure == options->listen_count)
        options_fail("--redirect-to-https needs an address of --listen with http://");
}
