# What `cmake --install` gives: headers, library, command, models, package files. Nothing installed
# names a folder of this machine, so that the install folder can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/LongCLIP)
# Libraries that are no system package lie in a folder of their own beside the library.
set(_private_dir ${CMAKE_INSTALL_LIBDIR}/longclip)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/longclip DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(TARGETS longclip EXPORT LongCLIPTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT LongCLIPTargets NAMESPACE LongCLIP:: DESTINATION ${_package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/models/clip-vocabulary/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.clip-vocabulary)
install(FILES ${PROJECT_SOURCE_DIR}/src/text/tables/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME NOTICE.text-tables)
# By name: a user's own packages may lie beside it.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/longclip-scenes DESTINATION ${CMAKE_INSTALL_DATADIR}/longclip/models)

# --- LibTorch --------------------------------------------------------------------------------

if(LONGCLIP_BUNDLE_LIBTORCH)
  install(FILES ${LONGCLIP_TORCH_LIBRARIES} DESTINATION ${_private_dir})
  # Where a wheel has it.
  file(GLOB _license ${LONGCLIP_TORCH_ROOT}/../torch-*.dist-info/licenses/LICENSE)
  if(_license)
    install(FILES ${_license} DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.libtorch)
  endif()
  set_target_properties(longclip PROPERTIES INSTALL_RPATH $ORIGIN/longclip)
else()
  set_target_properties(longclip PROPERTIES INSTALL_RPATH ${LONGCLIP_TORCH_LIBRARY_DIR})
endif()

if(LONGCLIP_BUILD_COMMAND)
  install(TARGETS longclip-command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  file(RELATIVE_PATH _to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set(_command_rpath $ORIGIN/${_to_library})
  if(NOT LONGCLIP_SHARED)
    get_target_property(_library_rpath longclip INSTALL_RPATH)
    string(REPLACE $ORIGIN $ORIGIN/${_to_library} _command_rpath ${_library_rpath})
  endif()
  set_target_properties(longclip-command PROPERTIES INSTALL_RPATH ${_command_rpath})
endif()

# --- package files ---------------------------------------------------------------------------

set(_generated ${PROJECT_BINARY_DIR}/package)
set(LONGCLIP_TORCH_NAMES)
foreach(_library IN LISTS LONGCLIP_TORCH_LIBRARIES)
  cmake_path(GET _library FILENAME _name)
  list(APPEND LONGCLIP_TORCH_NAMES ${_name})
endforeach()
set(LONGCLIP_TORCH_DIR_ELSEWHERE "")
if(NOT LONGCLIP_BUNDLE_LIBTORCH)
  set(LONGCLIP_TORCH_DIR_ELSEWHERE ${LONGCLIP_TORCH_LIBRARY_DIR})
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/LongCLIPConfig.cmake.in ${_generated}/LongCLIPConfig.cmake
                              INSTALL_DESTINATION ${_package_dir} PATH_VARS _private_dir)
write_basic_package_version_file(${_generated}/LongCLIPConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${_generated}/LongCLIPConfig.cmake ${_generated}/LongCLIPConfigVersion.cmake DESTINATION ${_package_dir})

# pkg-config reaches the prefix from the folder of the file itself, so that it can be moved.
file(RELATIVE_PATH LONGCLIP_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" LONGCLIP_PC_PREFIX "${LONGCLIP_PC_PREFIX}")
file(RELATIVE_PATH LONGCLIP_PC_LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH LONGCLIP_PC_INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(LONGCLIP_PC_REQUIRES "")
set(LONGCLIP_PC_CFLAGS "")
set(LONGCLIP_PC_LIBS "")

# --- what a static library stands on ---------------------------------------------------------

if(NOT LONGCLIP_SHARED)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/LongCLIPOpenCV.cmake DESTINATION ${_package_dir})
  install(FILES ${LONGCLIP_SENTENCEPIECE_LIBRARY} DESTINATION ${_private_dir})
  install(FILES ${LONGCLIP_DEPENDENCIES_DIR}/sentencepiece/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.sentencepiece)
  set(LONGCLIP_PC_REQUIRES "freetype2 libcurl libcrypto libjpeg libpng libtiff-4 zlib")
  set(LONGCLIP_PC_CFLAGS "-DLONGCLIP_STATIC")
  set(_torch_dir "\${privatedir}")
  if(NOT LONGCLIP_BUNDLE_LIBTORCH)
    set(_torch_dir ${LONGCLIP_TORCH_LIBRARY_DIR})
  endif()
  list(TRANSFORM LONGCLIP_TORCH_NAMES PREPEND " ${_torch_dir}/" OUTPUT_VARIABLE _torch)
  string(JOIN "" _torch ${_torch})
  set(LONGCLIP_PC_LIBS "\${privatedir}/libsentencepiece.a -Wl,--no-as-needed${_torch} -Wl,-rpath,${_torch_dir} -lopencv_imgcodecs -lopencv_imgproc -lopencv_core -lgif -ldl -pthread -lstdc++ -lm")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/longclip.pc.in ${_generated}/longclip.pc @ONLY)
install(FILES ${_generated}/longclip.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
