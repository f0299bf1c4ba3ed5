# How the parts of the library, its tests and its fuzzers are declared.

set(LONGCLIP_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlapping copies in std::string's own operator+ (its bug 105651).
    list(APPEND LONGCLIP_WARNINGS -Wno-restrict)
  elseif(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
    # GCC 13 sees a dangling reference wherever a function that returns one takes a temporary (its bug 107532).
    list(APPEND LONGCLIP_WARNINGS -Wno-dangling-reference)
  endif()
endif()

# longclip_part(NAME SOURCES file... [LINK library...])
# One folder of src/: an object library longclip-NAME. All parts together are the library.
# A part sees the headers of the parts below it, and of other libraries only those that it names:
# LibTorch's include folder holds old copies of much else.
function(longclip_part name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_library(longclip-${name} OBJECT ${arg_SOURCES})
  target_include_directories(longclip-${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(longclip-${name} PUBLIC cxx_std_20)
  # No path of this machine goes into what is installed.
  target_compile_options(longclip-${name} PRIVATE ${LONGCLIP_WARNINGS}
                         -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${LONGCLIP_TORCH_ROOT}/=)
  longclip_sort_libraries(parts others ${arg_LINK})
  target_link_libraries(longclip-${name} PUBLIC ${parts} PRIVATE ${others})
  set_property(GLOBAL APPEND PROPERTY LONGCLIP_PARTS longclip-${name})
endfunction()

# Parts the names of libraries in the folders of src/ and all others.
function(longclip_sort_libraries parts_variable others_variable)
  get_property(known GLOBAL PROPERTY LONGCLIP_PARTS)
  set(parts)
  set(others)
  foreach(library IN LISTS ARGN)
    if(library IN_LIST known)
      list(APPEND parts ${library})
    else()
      list(APPEND others ${library})
    endif()
  endforeach()
  set(${parts_variable} ${parts} PARENT_SCOPE)
  set(${others_variable} ${others} PARENT_SCOPE)
endfunction()

# longclip_test(NAME SOURCES file... [PARTS part...] [LINK library...])
# A GoogleTest program of tests/, linked with the objects of the parts that it names (and of the
# parts those need), so that it sees what the shared library hides. Each of its cases is a test, run
# alone; with LONGCLIP_TESTS_BY_PROGRAM each half of the program is one, for builds in which loading
# LibTorch takes longer than most cases.
function(longclip_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PARTS;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  # A test's own lines are compiled far more often than run; what they test is optimised as it is for users.
  target_compile_options(${name} PRIVATE ${LONGCLIP_WARNINGS} $<IF:$<CONFIG:Debug>,-O0,-O1>)
  longclip_precompile(${name} <gtest/gtest.h>)
  target_compile_definitions(${name} PRIVATE LONGCLIP_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
                                             LONGCLIP_TEST_BINARY_DIR="${PROJECT_BINARY_DIR}")
  longclip_link_parts(${name} ${arg_PARTS})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gtest_main)
  if(LONGCLIP_TESTS_BY_PROGRAM)
    foreach(half 0 1)
      add_test(NAME ${name}.half${half} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}.half${half} PROPERTIES TIMEOUT 1800
        ENVIRONMENT "GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=${half}")
    endforeach()
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
  endif()
endfunction()

# longclip_precompile(TARGET header...)
# Headers that most files of a target include, and that take longer to read than the files themselves.
function(longclip_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The first is for ccache. GCC 12 sees bounds broken inside precompiled std::string.
    target_compile_options(${target} PRIVATE -fpch-preprocess -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
  endif()
endfunction()

# longclip_fuzzer(NAME PARTS part...)
# The libFuzzer target fuzz_NAME from tests/fuzz/NAME.cpp. Where it is not built to fuzz, it is a
# test that replays tests/fuzz/corpus/NAME.
function(longclip_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PARTS")
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cpp)
  target_compile_options(fuzz_${name} PRIVATE ${LONGCLIP_WARNINGS})
  longclip_link_parts(fuzz_${name} ${arg_PARTS})
  if(LONGCLIP_BUILD_FUZZERS)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp)
    add_test(NAME fuzz.${name}.replay COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  endif()
endfunction()

# Links a program with the objects of parts and of all parts below them, and lets it see the
# libraries that these see.
function(longclip_link_parts target)
  set(todo ${ARGN})
  set(done)
  while(todo)
    list(POP_FRONT todo part)
    if(part IN_LIST done)
      continue()
    endif()
    list(APPEND done ${part})
    get_target_property(links longclip-${part} LINK_LIBRARIES)
    if(NOT links)
      set(links)  # a part may need nothing
    endif()
    longclip_sort_libraries(parts others ${links})
    # Naming an object library brings its objects; those of its dependencies it does not bring.
    target_link_libraries(${target} PRIVATE longclip-${part} ${others})
    list(TRANSFORM parts REPLACE "^longclip-" "")
    list(APPEND todo ${parts})
  endwhile()
endfunction()
