#pragma once
// The documents of docs/ that the server hands out, as they lie there (cmake/documents.cmake puts them in).

#include <string_view>

namespace dialin::cli {

std::string_view openapi_document();
std::string_view asyncapi_document();

}  // namespace dialin::cli
