#include "hob/http.h"
#include "tests/support/coroutine.h"

TestSuite(html, .timeout = 20);

CoroutineTest(html, text_means_itself_in_a_page)
{
    static const struct {
        const char *text, *escaped;
    } cases[] = {
        {"", ""},
        {"potatoes", "potatoes"},
        {"a & b", "a &amp; b"},
        {"&amp;", "&amp;amp;"},
        {"<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"},
        {"\" onclick=\"x", "&quot; onclick=&quot;x"},
        {"\xc3\xbc\n", "\xc3\xbc\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(hob_html_escape(cases[i].text), cases[i].escaped, "%s", cases[i].text);
}
