# Finds what the library is built on. scripts/setup installs what is missing.

# Where scripts/setup puts what is no system package.
set(LONGCLIP_DEPENDENCIES_DIR ${PROJECT_SOURCE_DIR}/.deps CACHE PATH "LibTorch and sentencepiece as scripts/setup lays them out")

find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GIF REQUIRED)
find_package(Freetype REQUIRED)
find_package(TIFF 4.5 REQUIRED)  # its handlers of one file, not of the process
include(LongCLIPOpenCV)
include(LongCLIPSentencePiece)
include(LongCLIPTorch)
if(LONGCLIP_BUILD_COMMAND)
  find_package(CLI11 REQUIRED)
endif()
if(LONGCLIP_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
