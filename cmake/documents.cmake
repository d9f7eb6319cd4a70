# Puts docs/*.json into the program byte for byte, so that what is served is what lies in the repository.

# dialin_document(<output .cc> <function name> <file>): a function dialin::cli::<name>() that returns the file's bytes.
function(dialin_document output name document)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${document}")
  file(READ "${document}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT
"#include \"api/cli/serve/documents.h\"

namespace dialin::cli {
namespace {
constexpr unsigned char kBytes[] = {@bytes@};
}

std::string_view @name@() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }

}  // namespace dialin::cli
")
endfunction()
