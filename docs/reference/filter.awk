# Turns the comments of a header in include/hob into those that Doxygen reads:
#
#   - A comment in front of a declaration, or behind one in its line, is about that declaration.
#   - Declarations that stand together without an empty line share the comment of the first one.
#   - A comment in front of an empty line begins a section, called like its first sentence.
#
# Lists, and code by its indentation, are Markdown already.

# What is special to Doxygen stands for itself. Code, and what stands in quotes, does so already.
function escaped(line,    pieces, count, i) {
    if (line ~ /^ *\*     /)
        return line
    count = split(line, pieces, "\"")
    line = ""
    for (i = 1; i <= count; i++) {
        if (!in_quotes)
            gsub(/[\\@<>&#%$]/, "\\\\&", pieces[i])
        line = line (i > 1 ? "\"" : "") pieces[i]
        if (i < count)
            in_quotes = !in_quotes
    }
    return line
}

# The text of a comment without its marks, for a title.
function bare(line) {
    sub(/^ *(\/\*+|\*) */, "", line)
    sub(/ *\*\/$/, "", line)
    return line
}

function first_sentence(text) {
    sub(/[.:]( .*)?$/, "", text)
    return text
}

# What the comment behind a macro says: the names of its parameters.
function text_in_comment(line) {
    sub(/.*\/\* /, "", line)
    sub(/ \*\/$/, "", line)
    return line
}

function close_section() {
    if (in_section)
        print "/** @} */"
    in_section = 0
}

# "hob/log.h: lines on standard error" becomes "Lines on standard error".
function drop_name(i,    at) {
    if (!match(comment[i], /hob\/[a-z_]+\.h: /))
        return
    at = RSTART + RLENGTH
    comment[i] = substr(comment[i], 1, RSTART - 1) toupper(substr(comment[i], at, 1)) \
        substr(comment[i], at + 1)
}

function drop_sentence(i, sentence,    at) {
    if (at = index(comment[i], sentence "."))
        comment[i] = substr(comment[i], 1, at - 1) substr(comment[i], at + length(sentence) + 1)
}

# Prints the comment that was collected.
function print_comment(opening, i) {
    sub(/\/\*/, opening, comment[1])
    for (i = 1; i <= size; i++)
        print comment[i]
}

function end_comment(next_line,    title) {
    in_quotes = 0
    for (i = 1; i <= size; i++)
        comment[i] = escaped(comment[i])
    title = bare(comment[1]) == "" ? bare(comment[2]) : bare(comment[1])
    shared = ""
    if (!seen++) { # about the file, whose name Doxygen says itself
        for (i = 1; i <= size; i++)
            drop_name(i)
        print_comment("/** @file\n *")
    } else if (next_line == "" && comment[1] ~ /^\//) {
        title = first_sentence(title)
        drop_sentence(1, title)
        drop_sentence(2, title)
        close_section()
        print_comment("/** @name " title "\n *")
        print "/** @{ */"
        in_section = 1
    } else {
        print_comment("/**")
        for (i = 1; i <= size; i++)
            shared = shared comment[i] "\n"
    }
    size = 0
}

{
    line[NR] = $0
}

END {
    for (n = 1; n <= NR; n++) {
        text = line[n]
        if (size > 0 || text ~ /^ *\/\*/) {
            comment[++size] = text
            if (text ~ /\*\/$/)
                end_comment(line[n + 1])
            after_declaration = 0
            continue
        }
        if (text == "")
            shared = ""
        if (after_declaration && shared != "" && text ~ /^[a-z#]/)
            printf "%s", shared
        after_declaration = text ~ /(;|[^\\])$/ && text != "" && text !~ /\\$/
        if (text ~ /^#define .*\(fn, \.\.\.\).*\/\* \(.*\) \*\/$/)
            sub(/\(fn, \.\.\.\)/, text_in_comment(text), text)
        if (text ~ /^#/)
            sub(/ *\/\*.*\*\/$/, "", text)
        else if (at = index(text, "/*"))
            text = substr(text, 1, at - 1) "/**<" escaped(substr(text, at + 2))
        print text
    }
    close_section()
}
