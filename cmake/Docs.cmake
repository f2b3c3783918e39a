# The reference and the man pages of section 3, made by script/docs and installed with the headers.
option(HOB_DOCS "Make the reference of the headers, and install its man pages" OFF)
if(NOT HOB_DOCS)
  return()
endif()

include(GNUInstallDirs)
set(reference "${CMAKE_CURRENT_BINARY_DIR}/docs")
file(GLOB headers CONFIGURE_DEPENDS include/hob/*.h)
add_custom_command(
  OUTPUT "${reference}/html/index.html"
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/script/docs" "${reference}"
  DEPENDS ${headers} script/docs docs/reference/Doxyfile docs/reference/filter.awk
    docs/reference/man.xsl
  COMMENT "Making the reference")
add_custom_target(docs ALL DEPENDS "${reference}/html/index.html")
install(DIRECTORY "${reference}/man/man3" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT development)
