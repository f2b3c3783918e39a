# libhob, static and shared: what others link, as hob::hob. The layers below the handlers are one
# library, since the server uses private functions of the runtime. It exports only the functions of
# include/hob:
#
#   - All code is compiled with hidden symbols. A generated header, which each file includes first,
#     makes those visible that the headers of include/hob declare.
#   - libhob exports no symbols of other libraries. It contains those that are archives, and links
#     the others (libev, c-ares).
#
# So a program may have a buffer_append() or another llhttp of its own. tests/consumer does.
set(hob_layers hob_runtime hob_http hob_net hob_server hob_client hob_router hob_modules
  hob_observe hob_test_requests)
set(hob_libraries libev llhttp boost_context)
if(HOB_CARES)
  list(APPEND hob_libraries libcares)
endif()

file(GLOB headers RELATIVE "${PROJECT_SOURCE_DIR}/include" CONFIGURE_DEPENDS include/hob/*.h)
list(TRANSFORM headers REPLACE ".+" "#include \"\\0\"")
list(JOIN headers "\n" headers)
set(exports "${CMAKE_CURRENT_BINARY_DIR}/exports.h")
file(CONFIGURE OUTPUT "${exports}" CONTENT
  "#pragma GCC visibility push(default)\n@headers@\n#pragma GCC visibility pop\n" @ONLY)

# hob_hidden_objects(NAME LAYER...): the objects of these layers, with the symbols hidden that no
# header declares. They are position independent, so that an archive of them can also become a part of
# a shared library. Each function has a section, so that a program can leave out those that it does
# not call (--gc-sections).
function(hob_hidden_objects name)
  add_library(${name} OBJECT EXCLUDE_FROM_ALL)
  foreach(layer ${ARGN})
    get_target_property(sources ${layer} SOURCES)
    target_sources(${name} PRIVATE ${sources})
  endforeach()
  target_include_directories(${name} PRIVATE include "${PROJECT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE
    "SHELL:-include \"${exports}\"" -ffunction-sections -fdata-sections)
  set_target_properties(${name} PROPERTIES
    C_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON
    INTERPROCEDURAL_OPTIMIZATION OFF # another compiler could not read what this one keeps for later
    EXPORT_COMPILE_COMMANDS OFF)     # the layers' targets say how a file is compiled
  hob_own_code(${name})
endfunction()

# hob_archive(NAME OBJECTS ARCHIVE...): a static library of these objects and archives. It is one
# object, since symbols can only be hidden within an object. Sections stay apart (--unique).
function(hob_archive name objects)
  set(object "${CMAKE_CURRENT_BINARY_DIR}/lib${name}.o")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND "${CMAKE_LINKER}" -r --unique -o "${object}" "$<TARGET_OBJECTS:${objects}>" ${ARGN}
    COMMAND "${CMAKE_OBJCOPY}" --localize-hidden --wildcard "--keep-global-symbol=hob_*" "${object}"
    DEPENDS ${objects} "$<TARGET_OBJECTS:${objects}>" ${ARGN}
    COMMENT "Hiding what is private in the static library ${name}"
    COMMAND_EXPAND_LISTS VERBATIM)
  add_library(${name} STATIC "${object}")
  set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
endfunction()

hob_hidden_objects(hob_objects ${hob_layers})
set(hob_archives "")
set(hob_needed "") # by programs that link libhob.a
foreach(library ${hob_libraries})
  target_link_libraries(hob_objects PRIVATE hob::${library})
  if(hob_${library}_LIBRARY MATCHES "\\.a$")
    list(APPEND hob_archives "${hob_${library}_LIBRARY}")
  else()
    list(APPEND hob_needed ${library})
  endif()
endforeach()
list(TRANSFORM hob_needed PREPEND hob:: OUTPUT_VARIABLE needed_targets)

hob_archive(hob_static hob_objects ${hob_archives})
target_link_libraries(hob_static PRIVATE ${needed_targets} Threads::Threads m)

# Until version 1, a new minor version may need programs to be compiled again.
set(hob_abi ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(script "${CMAKE_CURRENT_BINARY_DIR}/libhob.map")
file(CONFIGURE OUTPUT "${script}" CONTENT "HOB_@hob_abi@ { global: hob_*; local: *; };\n" @ONLY)
add_library(hob_shared SHARED "$<TARGET_OBJECTS:hob_objects>")
set_target_properties(hob_shared PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${hob_abi}
  INTERPROCEDURAL_OPTIMIZATION OFF
  LINK_DEPENDS "${script}")
target_link_options(hob_shared PRIVATE "LINKER:--version-script,${script}")
if(NOT HOB_SANITIZE) # those find their runtime in the program
  target_link_options(hob_shared PRIVATE LINKER:-z,defs)
endif()
target_link_libraries(hob_shared PRIVATE ${hob_archives} ${needed_targets} Threads::Threads m)

# hob::runtime is for programs that use hob/runtime.h and no server. hob::hob is all of it.
if(BUILD_SHARED_LIBS)
  set(hob_kind shared)
else()
  set(hob_kind static)
endif()
add_library(hob::hob ALIAS hob_${hob_kind})
add_library(hob::runtime ALIAS hob_${hob_kind})

# In an archive, and yet it goes before the C library's functions: nothing else has what -u asks for.
add_library(hob_testing STATIC testing/virtual_time.c)
target_include_directories(hob_testing PRIVATE include)
target_link_options(hob_testing INTERFACE LINKER:-u,hob_virtual_elapsed)
target_link_libraries(hob_testing INTERFACE
  $<BUILD_INTERFACE:hob_${hob_kind}> $<INSTALL_INTERFACE:hob::runtime>)
hob_own_code(hob_testing)
set_target_properties(hob_testing PROPERTIES
  C_VISIBILITY_PRESET default # so that libhob.so and the libraries below use it
  EXPORT_COMPILE_COMMANDS OFF
  INTERPROCEDURAL_OPTIMIZATION OFF
  POSITION_INDEPENDENT_CODE ON
  EXPORT_NAME virtual_time
  OUTPUT_NAME hob_virtual_time)
add_library(hob::virtual_time ALIAS hob_testing)

# hob_add_on(NAME LAYER LIBRARY...): hob::NAME, a static library of this layer, which contains no code
# of libhob. Only programs that link it load these libraries.
set(hob_add_ons "")       # names
set(hob_add_on_layers "") # targets
function(hob_add_on name layer)
  list(TRANSFORM ARGN PREPEND hob:: OUTPUT_VARIABLE needed)
  hob_hidden_objects(hob_${name}_objects ${layer})
  target_link_libraries(hob_${name}_objects PRIVATE ${needed})
  hob_archive(hob_${name} hob_${name}_objects)
  target_link_libraries(hob_${name} INTERFACE
    $<BUILD_INTERFACE:hob_${hob_kind}> $<INSTALL_INTERFACE:hob::hob> ${needed})
  set_target_properties(hob_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE C)
  add_library(hob::${name} ALIAS hob_${name})
  set(hob_add_ons ${hob_add_ons} ${name} PARENT_SCOPE)
  set(hob_add_on_layers ${hob_add_on_layers} ${layer} PARENT_SCOPE)
endfunction()

if(HOB_TLS)
  hob_add_on(tls hob_net_tls libssl libcrypto)
endif()
if(HOB_HTTP2)
  hob_add_on(http2 hob_http2_framing libnghttp2)
endif()
if(hob_codings)
  hob_add_on(codings hob_client_codings ${hob_coding_libraries})
  target_link_libraries(hob_codings_objects PRIVATE hob::codings_needed) # which ones there are
endif()

list(TRANSFORM hob_add_ons PREPEND hob_ OUTPUT_VARIABLE hob_all_libraries)
list(PREPEND hob_all_libraries hob_static hob_shared hob_testing)
set_target_properties(hob_static hob_shared PROPERTIES
  EXPORT_NAME hob LINKER_LANGUAGE C OUTPUT_NAME hob)
foreach(library ${hob_all_libraries})
  target_include_directories(${library} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
endforeach()

# Handlers run on small stacks: with stack probes, a large frame cannot step over the guard.
foreach(language C CXX)
  target_compile_options(hob_static INTERFACE
    $<$<COMPILE_LANG_AND_ID:${language},GNU,Clang>:-fstack-clash-protection>)
  target_compile_options(hob_shared INTERFACE
    $<$<COMPILE_LANG_AND_ID:${language},GNU,Clang>:-fstack-clash-protection>)
endforeach()

# Elsewhere they are built when something links them, and the layers when the program does.
if(NOT HOB_INSTALL)
  set_target_properties(${hob_all_libraries} PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
if(NOT HOB_PROGRAM)
  set_target_properties(${hob_layers} ${hob_add_on_layers} PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
