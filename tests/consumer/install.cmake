# Installs BUILD to FIRST and moves that to PREFIX; with DELETE, the build folder goes then.
file(REMOVE_RECURSE ${FIRST} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${FIRST} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${FIRST} ${PREFIX})
if(DELETE)
  file(REMOVE_RECURSE ${BUILD})
endif()
