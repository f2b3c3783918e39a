# The libraries hob stands on. script/setup installs them; .deps/ is where it puts what the
# system's package manager does not have (llhttp on Debian 12).
set(HOB_DEPS "${PROJECT_SOURCE_DIR}/.deps/usr" CACHE PATH "Where script/setup puts libraries")
mark_as_advanced(HOB_DEPS)
list(PREPEND CMAKE_PREFIX_PATH "${HOB_DEPS}")
include(CheckCSourceCompiles)

# Makes the target hob::name from a library file and, unless NO_HEADER, the folder of a header. The
# names are hob's own, so that a project around this one can have others of its own.
function(hob_find_library name header)
  find_library(hob_${name}_LIBRARY NAMES ${ARGN})
  mark_as_advanced(hob_${name}_LIBRARY)
  add_library(hob::${name} UNKNOWN IMPORTED)
  if(NOT header STREQUAL "NO_HEADER")
    find_path(hob_${name}_INCLUDE_DIR ${header})
    mark_as_advanced(hob_${name}_INCLUDE_DIR)
    target_include_directories(hob::${name} SYSTEM INTERFACE "${hob_${name}_INCLUDE_DIR}")
  endif()
  if(NOT hob_${name}_LIBRARY OR "${hob_${name}_INCLUDE_DIR}" MATCHES "NOTFOUND$")
    message(FATAL_ERROR "${name} was not found. Run script/setup, which installs it or says how"
      "${hob_otherwise}.")
  endif()
  set_target_properties(hob::${name} PROPERTIES IMPORTED_LOCATION "${hob_${name}_LIBRARY}")
endfunction()

# An archive whose code is not for any address, such as that of Debian's llhttp 9.4, cannot become a
# part of libhob.so: takes the shared library then. `code` calls one of its functions.
function(hob_prefer_shared_unless_pic name code)
  if(HOB_STATIC OR NOT hob_${name}_LIBRARY MATCHES "\\.a$")
    return()
  endif()
  set(CMAKE_REQUIRED_FLAGS -fPIC)
  set(CMAKE_REQUIRED_LINK_OPTIONS -shared)
  set(CMAKE_REQUIRED_INCLUDES "${hob_${name}_INCLUDE_DIR}")
  set(CMAKE_REQUIRED_LIBRARIES "${hob_${name}_LIBRARY}")
  check_c_source_compiles("#include <${name}.h>\n${code}" hob_${name}_IS_PIC)
  if(hob_${name}_IS_PIC)
    return()
  endif()
  find_library(hob_${name}_SHARED lib${name}.so)
  mark_as_advanced(hob_${name}_SHARED)
  if(hob_${name}_SHARED)
    set_target_properties(hob::${name} PROPERTIES IMPORTED_LOCATION "${hob_${name}_SHARED}")
    set(hob_${name}_LIBRARY "${hob_${name}_SHARED}" CACHE FILEPATH "" FORCE)
  elseif(HOB_INSTALL)
    message(FATAL_ERROR "${hob_${name}_LIBRARY} is not position independent, and there is no "
      "lib${name}.so: libhob cannot be built with it.")
  endif()
endfunction()

if(HOB_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# libev has neither a pkg-config file nor a CMake config on Debian.
hob_find_library(libev ev.h ev)

# The static library itself: just its assembly is linked in, and no C++ runtime.
hob_find_library(boost_context NO_HEADER libboost_context.a)

# The static library first: one found in .deps/ would need a run path to be found again.
hob_find_library(llhttp llhttp.h libllhttp.a llhttp)
hob_prefer_shared_unless_pic(llhttp "int use(void) { return (int)llhttp_execute(0, 0, 0); }")
file(STRINGS "${hob_llhttp_INCLUDE_DIR}/llhttp.h" llhttp_version REGEX "define LLHTTP_VERSION_M")
string(REGEX REPLACE "[^0-9]+([0-9]+)[^0-9]+([0-9]+)" "\\1.\\2" llhttp_version "${llhttp_version}")
if(llhttp_version VERSION_LESS 9.2)
  # Older ones accept requests that are used for smuggling.
  message(FATAL_ERROR "llhttp ${llhttp_version} is too old: 9.2 or later is needed. "
    "Run script/setup, which installs it or says how.")
endif()

# With -DHOB_CARES=OFF, each name that is looked up takes a thread until its answer comes.
if(HOB_CARES)
  set(hob_otherwise ", or configure with -DHOB_CARES=OFF")
  hob_find_library(libcares ares.h cares)
endif()

if(HOB_TLS)
  set(hob_otherwise ", or configure with -DHOB_TLS=OFF")
  hob_find_library(libssl openssl/ssl.h ssl)
  hob_find_library(libcrypto openssl/crypto.h crypto)
  file(STRINGS "${hob_libssl_INCLUDE_DIR}/openssl/opensslv.h" openssl_version
    REGEX "define OPENSSL_VERSION_MAJOR")
  if(NOT openssl_version MATCHES "[3-9]")
    message(FATAL_ERROR "OpenSSL is too old: version 3 is needed. Run script/setup, which installs "
      "it or says how${hob_otherwise}.")
  endif()
  # Archives name no libraries that they need: Debian 13's libcrypto.a can compress certificates.
  if(HOB_STATIC)
    foreach(needed z zstd)
      find_library(hob_openssl_${needed} ${needed})
      mark_as_advanced(hob_openssl_${needed})
      if(hob_openssl_${needed})
        target_link_libraries(hob::libcrypto INTERFACE "${hob_openssl_${needed}}")
      endif()
    endforeach()
  endif()
endif()

if(HOB_HTTP2)
  set(hob_otherwise ", or configure with -DHOB_HTTP2=OFF")
  hob_find_library(libnghttp2 nghttp2/nghttp2.h nghttp2)
endif()

# hob_find_coding(NAME OPTION LIBRARY HEADER FILE): a content coding that the client can decode, by a
# library that does not become a part of libhob. client/codings/NAME.c is compiled for it.
set(hob_codings "")
set(hob_coding_libraries "")
add_library(hob::codings_needed INTERFACE IMPORTED)
macro(hob_find_coding name option library header file)
  if(${option})
    set(hob_otherwise ", or configure with -D${option}=OFF")
    hob_find_library(${library} ${header} ${file})
    list(APPEND hob_codings ${name})
    list(APPEND hob_coding_libraries ${library})
    target_link_libraries(hob::codings_needed INTERFACE hob::${library})
    target_compile_definitions(hob::codings_needed INTERFACE ${option})
  endif()
endmacro()
hob_find_coding(gzip HOB_ZLIB libz zlib.h z)
hob_find_coding(brotli HOB_BROTLI libbrotlidec brotli/decode.h brotlidec)
hob_find_coding(zstd HOB_ZSTD libzstd zstd.h zstd)

# hob can be built and installed without its tests, and without what they need.
if(HOB_TESTS)
  find_package(PkgConfig)
  if(PkgConfig_FOUND)
    pkg_check_modules(criterion IMPORTED_TARGET criterion)
    pkg_check_modules(libcurl IMPORTED_TARGET libcurl)
  endif()
  if(NOT criterion_FOUND OR NOT libcurl_FOUND)
    message(WARNING "The tests are left out: they need pkg-config, Criterion and libcurl. "
      "Run script/setup test, which installs these or says how.")
    set(HOB_TESTS OFF)
  endif()
endif()
