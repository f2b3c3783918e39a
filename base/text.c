#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hob/text.h"

/*
 * Names.
 */

bool hob_text_equals_any_case_n(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}

bool hob_text_equals_any_case(const char *a, const char *b)
{
    return hob_text_equals_any_case_n(a, b, SIZE_MAX);
}

/*
 * Numbers.
 */

struct decimal {
    uint64_t digits; /* of the number times 10^places */
    int places;
};

/* Exact up to 10^22 in a double, and to 10^27 in the long double of x86-64. */
static long double power_of_ten(int exponent)
{
    long double power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* In two steps, since 10^places alone may be too large: the smallest number has 339 places. */
static struct decimal round_to(double value, int places)
{
    int half = places / 2;
    long double scaled = places >= 0 ? value * power_of_ten(half) * power_of_ten(places - half)
                                     : value / power_of_ten(-places);
    return (struct decimal){(uint64_t)(scaled + 0.5L), places};
}

/* Both numbers are exact within these bounds, so the quotient is the number that strtod() reads. */
static bool reads_as(struct decimal decimal, double value)
{
    return decimal.digits <= UINT64_C(1) << 53 && decimal.places >= 0 && decimal.places <= 22 &&
           (double)decimal.digits / (double)power_of_ten(decimal.places) == value;
}

/*
 * The fewest of 15 to 17 digits from which the value can be read again, without zeros at the end.
 * Just below a power of ten, log10() may return the exponent of that power. Then this tries one
 * digit less, up to 16, which are enough there.
 */
static struct decimal decimal_of(double value)
{
    enum { FEWEST = 15, MOST = 17 };
    int exponent = (int)floor(log10(value));
    struct decimal decimal = {0};
    for (int digits = FEWEST; digits <= MOST; digits++) {
        decimal = round_to(value, digits - 1 - exponent);
        if (reads_as(decimal, value))
            break;
    }
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.places--;
    }
    return decimal;
}

/* "1.5e-07": one digit, the others behind the point, and the exponent that puts the point there. */
static void write_with_exponent(struct decimal decimal, char *text)
{
    char digits[HOB_NUMBER_SIZE];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, decimal.digits);
    snprintf(
        text, HOB_NUMBER_SIZE, "%c%s%.*se%+03d", digits[0], length > 1 ? "." : "", length - 1,
        digits + 1, length - 1 - decimal.places);
}

static void write_decimal(struct decimal decimal, char *text)
{
    enum { MOST_PLACES = 19 }; /* 10^19 fits into 64 bits */
    if (decimal.places <= 0 || decimal.places > MOST_PLACES) {
        write_with_exponent(decimal, text);
        return;
    }
    uint64_t unit = (uint64_t)power_of_ten(decimal.places);
    snprintf(
        text, HOB_NUMBER_SIZE, "%" PRIu64 ".%0*" PRIu64, decimal.digits / unit, decimal.places,
        decimal.digits % unit);
}

char *hob_text_number(double value, char *text)
{
    const double largest_integer = 1e17; /* that is written without an exponent */
    char *sign = text;
    if (isnan(value))
        return memcpy(text, "NaN", sizeof("NaN"));
    if (isinf(value))
        return memcpy(text, value > 0 ? "+Inf" : "-Inf", sizeof("+Inf"));
    if (signbit(value))
        *sign++ = '-';
    value = fabs(value);
    if (value < largest_integer && value == floor(value))
        snprintf(sign, HOB_NUMBER_SIZE - 1, "%" PRIu64, (uint64_t)value);
    else
        write_decimal(decimal_of(value), sign);
    return text;
}
