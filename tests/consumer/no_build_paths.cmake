# No file of PREFIX, binaries included, names one of the folders FORBIDDEN.
file(GLOB_RECURSE files LIST_DIRECTORIES false ${PREFIX}/*)
list(LENGTH files count)
if(count LESS 20)
  message(FATAL_ERROR "${PREFIX} holds ${count} files; it should hold the whole package")
endif()
foreach(folder IN LISTS FORBIDDEN)
  execute_process(COMMAND grep --recursive --files-with-matches --binary-files=text --fixed-strings -e ${folder} ${PREFIX}
                  OUTPUT_VARIABLE found RESULT_VARIABLE result)
  if(NOT result EQUAL 1)
    message(FATAL_ERROR "these name ${folder}:\n${found}")
  endif()
endforeach()
