# A LibTorch whose libraries lie in another folder than its headers is refused.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/torch)
file(CREATE_LINK ${TORCH}/include ${WORK}/torch/include SYMBOLIC)
file(CREATE_LINK ${TORCH}/lib ${WORK}/torch/lib SYMBOLIC)
file(COPY ${TORCH}/share DESTINATION ${WORK}/torch)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -DLONGCLIP_BUILD_TESTS=OFF
                        -DTorch_DIR=${WORK}/torch/share/cmake/Torch -DLONGCLIP_DEPENDENCIES_DIR=${DEPENDENCIES}
                OUTPUT_QUIET ERROR_VARIABLE error RESULT_VARIABLE result)
string(REGEX REPLACE "[ \n]+" " " error "${error}")
if(result EQUAL 0 OR NOT error MATCHES "LibTorch's headers come from .* but its torch_cpu from ")
  message(FATAL_ERROR "configuring ended with ${result} and said: ${error}")
endif()
