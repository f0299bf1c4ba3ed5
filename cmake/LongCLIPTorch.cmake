# LibTorch as the target longclip-torch.
#
# LibTorch's own TorchConfig.cmake is not loaded: it makes a global target protobuf::libprotobuf
# that links nothing, which breaks a project that embeds this one and uses protobuf; it keeps the
# path of libc10 in the cache when Torch_DIR changes; it takes the libraries from another folder
# where TORCH_INSTALL_PREFIX is in the environment; and a CUDA build of it asks for nvcc and
# Python. Its folder is found as find_package(Torch) would, and all is taken from that one folder.

find_path(Torch_DIR TorchConfig.cmake
          HINTS ${LONGCLIP_DEPENDENCIES_DIR}/libtorch/torch
          PATH_SUFFIXES share/cmake/Torch
          DOC "Folder of LibTorch's TorchConfig.cmake")
if(NOT Torch_DIR)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup, or name yours: -DTorch_DIR=FOLDER/share/cmake/Torch")
endif()
if(NOT EXISTS ${Torch_DIR}/TorchConfig.cmake)
  message(FATAL_ERROR "Torch_DIR is ${Torch_DIR}, where there is no TorchConfig.cmake. Name another: -DTorch_DIR=FOLDER/share/cmake/Torch")
endif()
get_filename_component(LONGCLIP_TORCH_ROOT ${Torch_DIR}/../../.. REALPATH)

set(_version "unknown")
if(EXISTS ${Torch_DIR}/TorchConfigVersion.cmake)
  file(STRINGS ${Torch_DIR}/TorchConfigVersion.cmake _version REGEX "^set\\(PACKAGE_VERSION ")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" _version "${_version}")
endif()
if(NOT _version VERSION_GREATER_EQUAL 2.0)
  message(FATAL_ERROR "LibTorch of ${LONGCLIP_TORCH_ROOT} has version ${_version}; 2.0 or later is needed. Run scripts/setup, or name another: -DTorch_DIR=FOLDER/share/cmake/Torch")
endif()

# Builds before 2.6 may have the old C++ ABI, and say so in their package file.
file(STRINGS ${Torch_DIR}/TorchConfig.cmake _abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
if(_abi)
  message(FATAL_ERROR "LibTorch of ${LONGCLIP_TORCH_ROOT} has the old C++ ABI, which the system's libraries have not. Run scripts/setup, or take its cxx11 build.")
endif()

set(LONGCLIP_TORCH_INCLUDE_DIRS ${LONGCLIP_TORCH_ROOT}/include ${LONGCLIP_TORCH_ROOT}/include/torch/csrc/api/include)
if(NOT EXISTS ${LONGCLIP_TORCH_ROOT}/include/torch/csrc/api/include/torch/torch.h)
  message(FATAL_ERROR "LibTorch of ${LONGCLIP_TORCH_ROOT} has no headers in its folder include. Name a whole LibTorch: -DTorch_DIR=FOLDER/share/cmake/Torch")
endif()

# longclip_torch_library(VARIABLE NAME [OPTIONAL])
# The file of a library of this LibTorch. Two LibTorchs on one machine link into a crash, so that
# one outside its folder is refused, be it by a link.
function(longclip_torch_library variable name)
  find_library(library ${name} NO_CACHE NO_DEFAULT_PATH
               PATHS ${LONGCLIP_TORCH_ROOT}/lib ${LONGCLIP_TORCH_ROOT}/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  if(library)
    get_filename_component(library ${library} REALPATH)
    cmake_path(IS_PREFIX LONGCLIP_TORCH_ROOT ${library} inside)
    if(NOT inside)
      message(FATAL_ERROR "LibTorch's headers come from ${LONGCLIP_TORCH_ROOT} but its ${name} from ${library}. Name a whole LibTorch: -DTorch_DIR=FOLDER/share/cmake/Torch")
    endif()
  elseif(NOT "OPTIONAL" IN_LIST ARGN)
    message(FATAL_ERROR "LibTorch's headers are in ${LONGCLIP_TORCH_ROOT}, but lib${name} is not. Name a whole LibTorch: -DTorch_DIR=FOLDER/share/cmake/Torch")
  endif()
  set(${variable} ${library} PARENT_SCOPE)
endfunction()
longclip_torch_library(_torch_cpu torch_cpu)
longclip_torch_library(_c10 c10)
longclip_torch_library(_torch_cuda torch_cuda OPTIONAL)
longclip_torch_library(_c10_cuda c10_cuda OPTIONAL)
get_filename_component(LONGCLIP_TORCH_LIBRARY_DIR ${_torch_cpu} DIRECTORY)

set(LONGCLIP_TORCH_LIBRARIES ${_torch_cpu} ${_c10})
set(LONGCLIP_TORCH_CUDA OFF)
if(_torch_cuda)
  set(LONGCLIP_TORCH_CUDA ON)
  list(PREPEND LONGCLIP_TORCH_LIBRARIES ${_torch_cuda} ${_c10_cuda})
endif()
# The OpenMP runtime that LibTorch brings. Named by ourselves, it is loaded before any other of the
# same name, so that the process has one.
file(GLOB _gomp ${LONGCLIP_TORCH_LIBRARY_DIR}/libgomp*.so*)
list(APPEND LONGCLIP_TORCH_LIBRARIES ${_gomp})
message(STATUS "LibTorch ${_version} of ${LONGCLIP_TORCH_ROOT}")

add_library(longclip-torch INTERFACE IMPORTED)
target_include_directories(longclip-torch SYSTEM INTERFACE ${LONGCLIP_TORCH_INCLUDE_DIRS})
target_link_libraries(longclip-torch INTERFACE ${LONGCLIP_TORCH_LIBRARIES})
# No symbol of ours asks for the OpenMP runtime or for the CUDA half: the linker is told to keep them.
target_link_options(longclip-torch INTERFACE -Wl,--no-as-needed)
if(LONGCLIP_TORCH_CUDA)
  # LibTorch finds NVIDIA's libraries by its own run path, when the program starts.
  target_link_options(longclip-torch INTERFACE -Wl,--allow-shlib-undefined)
endif()
