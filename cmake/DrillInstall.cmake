# SPDX-License-Identifier: MIT
# What `cmake --install` ships besides the command and the plugins: the public header, a CMake
# package and a pkg-config file for plugins in their own repository, man pages.
include(CMakePackageConfigHelpers)

install(FILES include/sockdrill/plugin.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sockdrill")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sockdrill")
configure_package_config_file(cmake/sockdrillConfig.cmake.in
    "${PROJECT_BINARY_DIR}/package/sockdrillConfig.cmake"
    INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/sockdrillConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/package/sockdrillConfig.cmake"
              "${PROJECT_BINARY_DIR}/package/sockdrillConfigVersion.cmake"
              cmake/DrillPlugin.cmake
        DESTINATION "${package_dir}")

configure_file(cmake/sockdrill.pc.in "${PROJECT_BINARY_DIR}/package/sockdrill.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/package/sockdrill.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

foreach(section 1 5 7)
    file(GLOB pages CONFIGURE_DEPENDS "docs/man/*.${section}")
    install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
endforeach()
