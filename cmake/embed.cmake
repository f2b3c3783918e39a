# Makes a C file of the kitchen's page and the recipes, as handlers/embedded.h declares them:
#
#   cmake -D FOLDER=handlers -D OUTPUT=embedded.c -P cmake/embed.cmake
#
# The page is one document: the style and the scripts, in the order of page/scripts.txt, are put into
# it at the marks.

# Appends FILE to OUTPUT as an array, and NAME, which describes it.
function(embed name file)
  file(READ ${file} hex HEX)
  string(REPEAT "[0-9a-f]" 32 line) # 16 bytes
  string(REGEX REPLACE "(${line})" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  file(APPEND ${OUTPUT} "static const unsigned char ${name}_bytes[] = {\n${bytes}\n};\n"
    "const struct embedded ${name} = {${name}_bytes, sizeof(${name}_bytes)};\n")
endfunction()

# The SHA-256 of a text as a policy writes it: in base64 (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
function(hash_source text result)
  string(SHA256 hex "${text}")
  string(ASCII 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 upper)
  string(TOLOWER "${upper}" lower)
  set(digits "${upper}${lower}0123456789+/")
  set(base64 "")
  # Three bytes, six hexadecimal digits, are four digits in base64. The last two bytes are three.
  foreach(begin RANGE 0 60 6)
    string(SUBSTRING "${hex}0000" ${begin} 6 group)
    math(EXPR number "0x${group}")
    foreach(shift 18 12 6 0)
      math(EXPR digit "(${number} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${digit} 1 letter)
      string(APPEND base64 "${letter}")
    endforeach()
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "'sha256-${base64}='" PARENT_SCOPE)
endfunction()

file(READ ${FOLDER}/page/kitchen.html page)
file(READ ${FOLDER}/page/kitchen.css style)
set(script "")
file(STRINGS ${FOLDER}/page/scripts.txt scripts REGEX "^[^#]")
foreach(name ${scripts})
  file(READ ${FOLDER}/page/${name} piece)
  string(APPEND script "${piece}")
endforeach()
hash_source("${style}" style_hash)
hash_source("${script}" script_hash)
string(REPLACE "<!-- style -->" "<style>${style}</style>" page "${page}")
string(REPLACE "<!-- script -->" "<script>${script}</script>" page "${page}")

set(document ${OUTPUT}.html)
file(WRITE ${document} "${page}")
execute_process(
  COMMAND gzip -9 -n -c ${document} OUTPUT_FILE ${document}.gz COMMAND_ERROR_IS_FATAL ANY)

file(WRITE ${OUTPUT} "/* Made by cmake/embed.cmake. */\n#include \"embedded.h\"\n")
embed(kitchen_page ${document})
embed(kitchen_page_gzip ${document}.gz)
embed(recipe_french_fries ${FOLDER}/french_fries.c)
embed(recipe_noodles ${FOLDER}/noodles.c)
embed(recipe_meal ${FOLDER}/meal.c)
file(APPEND ${OUTPUT}
  "const char kitchen_page_policy[] =\n"
  "    \"default-src 'none'; style-src ${style_hash}; script-src ${script_hash}; \"\n"
  "    \"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\";\n")
