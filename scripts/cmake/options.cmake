# Standard, warnings, speed and sanitizers for our own code, as one target that every other target of ours links.

set(SCORELINE_SANITIZE "" CACHE STRING "comma-separated sanitizers, such as address,undefined")
option(SCORELINE_TIDY "run clang-tidy while compiling" OFF)
option(SCORELINE_FUZZ "build the fuzzers (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Lines in stack traces and profiles are worth the few megabytes. NDEBUG stays unset: our checks run in release, too.
if(NOT SCORELINE_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT SCORELINE_TIDY)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(scoreline_options INTERFACE)
target_compile_options(scoreline_options INTERFACE -Wall -Wextra -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees these in std::string and std::variant where they are not (PR 105651, 105562): never errors.
  target_compile_options(scoreline_options INTERFACE -Wno-restrict -Wno-error=maybe-uninitialized
    -Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=stringop-overread)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(scoreline_options INTERFACE -msse4.2)
  target_compile_definitions(scoreline_options INTERFACE RAPIDJSON_SSE42)
endif()

if(SCORELINE_SANITIZE)
  set(sanitize -fsanitize=${SCORELINE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(SCORELINE_SANITIZE MATCHES undefined)
    list(APPEND sanitize -fno-sanitize=pointer-overflow) # RapidJSON's empty stack adds to a null pointer
  endif()
  target_compile_options(scoreline_options INTERFACE ${sanitize})
  target_link_options(scoreline_options INTERFACE ${sanitize})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Instrumented code confuses this warning, above all in the standard library; the release build keeps it.
    target_compile_options(scoreline_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(SCORELINE_FUZZ)
  target_compile_options(scoreline_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  target_link_options(scoreline_options INTERFACE -fuse-ld=mold)
elseif(LLD)
  target_link_options(scoreline_options INTERFACE -fuse-ld=lld)
endif()

if(SCORELINE_TIDY)
  find_program(CLANG_TIDY NAMES clang-tidy-16 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet --warnings-as-errors=*)
endif()
