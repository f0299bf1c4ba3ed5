# sentencepiece as the target longclip-sentencepiece: the static library that scripts/setup builds
# with hidden symbols. A shared one exports FLAGS_... and protobuf symbols that bind to LibTorch's
# and silently overwrite its flags.
find_path(LONGCLIP_SENTENCEPIECE_INCLUDE_DIR sentencepiece_processor.h
          HINTS ${LONGCLIP_DEPENDENCIES_DIR}/sentencepiece/include NO_DEFAULT_PATH)
find_library(LONGCLIP_SENTENCEPIECE_LIBRARY libsentencepiece.a
             HINTS ${LONGCLIP_DEPENDENCIES_DIR}/sentencepiece/lib NO_DEFAULT_PATH)
if(NOT LONGCLIP_SENTENCEPIECE_INCLUDE_DIR OR NOT LONGCLIP_SENTENCEPIECE_LIBRARY)
  message(FATAL_ERROR "The static sentencepiece was not found in ${LONGCLIP_DEPENDENCIES_DIR}/sentencepiece. Run scripts/setup.")
endif()
add_library(longclip-sentencepiece INTERFACE IMPORTED)
target_include_directories(longclip-sentencepiece SYSTEM INTERFACE ${LONGCLIP_SENTENCEPIECE_INCLUDE_DIR})
target_link_libraries(longclip-sentencepiece INTERFACE ${LONGCLIP_SENTENCEPIECE_LIBRARY})
