# LibTorch as the target longclip-torch, seen by the few files that need it only: its include
# folder holds other libraries' headers too, which would shadow the system's.
find_package(Torch 2.0 QUIET HINTS ${LONGCLIP_DEPENDENCIES_DIR}/libtorch/torch/share/cmake)
if(NOT Torch_FOUND)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup, or name yours: -DTorch_DIR=FOLDER/share/cmake/Torch")
endif()
add_library(longclip-torch INTERFACE IMPORTED)
target_link_libraries(longclip-torch INTERFACE torch)
