# cmake -DWHAT=migrations -DFOLDER=... -DFILES=a|b -DOUTPUT=... -P: writes embedded_WHAT() with the files' names and texts.

string(REPLACE "|" ";" files "${FILES}")
set(entries "")
set(count 0)
foreach(file IN LISTS files)
  file(RELATIVE_PATH name ${FOLDER} ${file})
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"=embedded=(${text})=embedded=\"},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUTPUT} "#include \"base/embedded.hpp\"

#include <array>

namespace scoreline::base {
namespace {

constexpr std::array<EmbeddedFile, ${count}> kFiles{{
${entries}}};

}  // namespace

std::span<const EmbeddedFile> embedded_${WHAT}() { return kFiles; }

}  // namespace scoreline::base
")
