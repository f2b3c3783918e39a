# cmake --install: the program with its man page, its completions, and the units of systemd.
install(TARGETS hob RUNTIME COMPONENT program)

# A build for another machine may have no pages: see packaging/pages.
function(hob_install_page file folder)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/packaging/pages/${file}" DESTINATION "${folder}"
    COMPONENT program OPTIONAL)
endfunction()

if(HOB_DEB)
  set(zsh_folder zsh/vendor-completions) # where Debian's zsh looks
else()
  set(zsh_folder zsh/site-functions)
endif()
hob_install_page(hob.1 "${CMAKE_INSTALL_MANDIR}/man1")
hob_install_page(bash/hob "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
hob_install_page(fish/hob.fish "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
hob_install_page(zsh/_hob "${CMAKE_INSTALL_DATADIR}/${zsh_folder}")

# The unit names the program where it is: it stands in /usr/bin only if that is the prefix.
file(READ packaging/systemd/hob.service unit)
string(REPLACE /usr/bin/hob "${CMAKE_INSTALL_FULL_BINDIR}/hob" unit "${unit}")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/hob.service" "${unit}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/hob.service" packaging/systemd/hob.socket
  DESTINATION lib/systemd/system COMPONENT program)
