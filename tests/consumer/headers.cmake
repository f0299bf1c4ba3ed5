# Each public header compiles alone, and includes nothing but its kind and the compiler's own. The
# two optional ones are for those who have the library they are about.
file(GLOB headers RELATIVE ${PREFIX}/include ${PREFIX}/include/longclip/*.h)
list(REMOVE_ITEM headers longclip/torch.h longclip/opencv.h)
list(LENGTH headers count)
if(count LESS 10)
  message(FATAL_ERROR "${PREFIX}/include holds ${count} headers only")
endif()
foreach(header IN LISTS headers)
  file(CONFIGURE OUTPUT ${PREFIX}-header.cpp CONTENT "#include <${header}>\n")
  execute_process(COMMAND ${CXX} -std=c++20 -Wall -Wextra -Wpedantic -Werror -M -I ${PREFIX}/include ${PREFIX}-header.cpp
                  OUTPUT_VARIABLE seen COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CXX} -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I ${PREFIX}/include ${PREFIX}-header.cpp
                  COMMAND_ERROR_IS_FATAL ANY)
  if(seen MATCHES "[^ ]*(torch|opencv|nlohmann|sentencepiece)[^ ]*/[^ ]*")
    message(FATAL_ERROR "${header} includes ${CMAKE_MATCH_0}")
  endif()
endforeach()
file(REMOVE ${PREFIX}-header.cpp)
