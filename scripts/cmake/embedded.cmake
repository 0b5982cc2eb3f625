# Migrations, schemas and the version become part of the binary: src/base/embedded.hpp declares them.

function(scoreline_embed what pattern)
  set(folder ${PROJECT_SOURCE_DIR}/${what})
  set(output ${PROJECT_BINARY_DIR}/embedded_${what}.cpp)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/${pattern})
  list(FILTER files EXCLUDE REGEX "^${folder}/(examples|history)/") # of schemas, for tests only
  string(REPLACE ";" "|" joined "${files}")
  # The list is an argument, so a file that goes away changes the command and thus runs it again.
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DWHAT=${what} -DFOLDER=${folder} "-DFILES=${joined}" -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/scripts/cmake/embed_files.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/scripts/cmake/embed_files.cmake VERBATIM)
  set(SCORELINE_EMBEDDED ${SCORELINE_EMBEDDED} ${output} PARENT_SCOPE)
endfunction()

scoreline_embed(migrations *.sql)
scoreline_embed(schemas *.json)

find_package(Git QUIET)
set(version 0.1.0)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --tags --match "v[0-9]*" WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  string(REGEX REPLACE "^v" "" described "${described}")
  if(described)
    set(version ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded_version.cpp CONTENT [[
#include "base/embedded.hpp"

std::string_view scoreline::base::version() { return "@version@"; }
]] @ONLY)
list(APPEND SCORELINE_EMBEDDED ${PROJECT_BINARY_DIR}/embedded_version.cpp)
