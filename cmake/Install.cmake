# cmake --install: libhob, and what find_package(hob) and pkg-config read. The files name no folder
# of this machine, so that the installed tree can be moved. Components, as packages are split:
# program, library (what programs need to run), development.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(config_folder "${CMAKE_INSTALL_LIBDIR}/cmake/hob")

install(DIRECTORY include/hob DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
  FILES_MATCHING PATTERN "*.h")
foreach(kind shared static testing)
  install(TARGETS hob_${kind} EXPORT hob-${kind} INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    LIBRARY COMPONENT library NAMELINK_COMPONENT development
    ARCHIVE COMPONENT development)
  install(EXPORT hob-${kind} NAMESPACE hob:: DESTINATION "${config_folder}" COMPONENT development)
endforeach()

foreach(name ${hob_add_ons})
  install(TARGETS hob_${name} EXPORT hob-${name} ARCHIVE COMPONENT development)
  install(EXPORT hob-${name} NAMESPACE hob:: DESTINATION "${config_folder}" COMPONENT development)
endforeach()

# libhob.a leaves these to the program that links it: "ev" for libev.
list(TRANSFORM hob_needed REPLACE "^lib" "" OUTPUT_VARIABLE needed_names)

configure_package_config_file(cmake/hobConfig.cmake.in hobConfig.cmake
  INSTALL_DESTINATION "${config_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(hobConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/hobConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/hobConfigVersion.cmake"
  DESTINATION "${config_folder}" COMPONENT development)

# From the folder of the .pc files to the prefix, and back to the folders that they name.
file(RELATIVE_PATH pc_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
file(RELATIVE_PATH pc_include "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
file(RELATIVE_PATH pc_library "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_LIBDIR}")
list(TRANSFORM needed_names PREPEND -l OUTPUT_VARIABLE pc_private)
list(APPEND pc_private -lm -pthread)
list(JOIN pc_private " " pc_private)

function(hob_install_pkg_config name)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT development)
endfunction()

hob_install_pkg_config(hob)
hob_install_pkg_config(hob-runtime)
hob_install_pkg_config(hob-virtual-time)
list(TRANSFORM hob_coding_libraries REPLACE "^libz$" zlib OUTPUT_VARIABLE pc_codings)
list(JOIN pc_codings " " pc_codings)
foreach(name ${hob_add_ons})
  hob_install_pkg_config(hob-${name})
endforeach()
