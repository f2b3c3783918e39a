# How hob's own code is compiled: hob_own_code(target).
function(hob_own_code target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wformat=2 -Wconversion
    -Wno-sign-conversion
    -fno-common -fstack-clash-protection)
  if(HOB_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(HOB_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_compile_definitions(${target} PRIVATE HOB_SANITIZED)
  else()
    # A coroutine has 128 KiB of stack, and waits in one page of it.
    target_compile_options(${target} PRIVATE -Wframe-larger-than=4096)
  endif()
endfunction()
