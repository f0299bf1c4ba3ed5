# c10's settings have the same values in a process of c10 alone and in one where the library has
# loaded and used sentencepiece, which has settings of the same names.
foreach(program c10_alone with_longclip)
  execute_process(COMMAND ${PROGRAMS}/${program} ${C10} ${SENTENCEPIECE} OUTPUT_VARIABLE ${program} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(NOT c10_alone STREQUAL with_longclip)
  message(FATAL_ERROR "c10 alone:\n${c10_alone}with the library:\n${with_longclip}")
endif()
message("${with_longclip}")
