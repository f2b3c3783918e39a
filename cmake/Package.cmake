# Debian packages of what cmake --install installs, by CPack: hob, libhob0.1 and libhob-dev. Each
# component is one. script/package makes them.
set(library_package libhob${hob_abi})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hob)
set(CPACK_PACKAGE_CONTACT "The hob authors <hob@packages.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/compress.cmake")
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME hob)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/deb/postinst"
  "${PROJECT_SOURCE_DIR}/packaging/deb/prerm"
  "${PROJECT_SOURCE_DIR}/packaging/deb/postrm")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "async HTTP microserver that cooks while you watch
hob serves any number of orders at once on one thread: each is a coroutine that
waits for its pans without keeping the cook from the others. A page shows who
has the thread and who waits, live.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${PROJECT_SOURCE_DIR}/packaging/deb/triggers")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "async HTTP server with coroutines as handlers
libhob runs coroutines on one thread and one event loop, with structured
concurrency, deadlines and cancellation, and serves HTTP/1.1 with them.
.
This package has the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libhob-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${library_package} (= ${PROJECT_VERSION}), libc6-dev, libev-dev, libc-ares-dev, libssl-dev, libnghttp2-dev, zlib1g-dev, libbrotli-dev, libzstd-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "async HTTP server with coroutines as handlers (development)
libhob runs coroutines on one thread and one event loop, with structured
concurrency, deadlines and cancellation, and serves HTTP/1.1 with them.
.
This package has the headers, the static library, virtual time for tests, and
what CMake and pkg-config read.")

# Each package names its licences and its history.
execute_process(
  COMMAND gzip -9 -n -c "${PROJECT_SOURCE_DIR}/packaging/deb/changelog"
  OUTPUT_FILE "${CMAKE_CURRENT_BINARY_DIR}/changelog.gz" COMMAND_ERROR_IS_FATAL ANY)
foreach(component program library development)
  string(TOUPPER ${component} upper)
  install(FILES packaging/deb/copyright "${CMAKE_CURRENT_BINARY_DIR}/changelog.gz"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}"
    COMPONENT ${component})
endforeach()
install(FILES packaging/deb/hob.lintian-overrides COMPONENT program
  DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" RENAME hob)
install(FILES packaging/deb/libhob.lintian-overrides COMPONENT library
  DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" RENAME ${library_package})

include(CPack)
