# A CUDA build of LibTorch, here a whole one with two more files, needs no option: it stays where it
# is, and is not installed along.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/torch/lib)
file(CREATE_LINK ${TORCH}/include ${WORK}/torch/include SYMBOLIC)
file(COPY ${TORCH}/share DESTINATION ${WORK}/torch)
file(GLOB libraries ${TORCH_LIBRARY_DIR}/libtorch_cpu.so ${TORCH_LIBRARY_DIR}/libc10.so ${TORCH_LIBRARY_DIR}/libgomp*)
foreach(library IN LISTS libraries)
  cmake_path(GET library FILENAME name)
  file(CREATE_LINK ${library} ${WORK}/torch/lib/${name} COPY_ON_ERROR)
endforeach()
file(TOUCH ${WORK}/torch/lib/libtorch_cuda.so ${WORK}/torch/lib/libc10_cuda.so)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -DLONGCLIP_BUILD_TESTS=OFF
                        -DTorch_DIR=${WORK}/torch/share/cmake/Torch -DLONGCLIP_DEPENDENCIES_DIR=${DEPENDENCIES}
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ ${WORK}/build/cmake_install.cmake rules)
if(rules MATCHES "libtorch_c")
  message(FATAL_ERROR "LibTorch with CUDA would be installed along")
endif()
