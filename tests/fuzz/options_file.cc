// The TOML file of options, as `serve` reads it.

#include "api/cli/options/serve_options.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string& file = fuzz::file_with(fuzz::text_of(bytes, size));
  const auto parsed = cli::read_serve_options({"--config", file, "--data", "data"});
  if (const auto* options = std::get_if<cli::ServeOptions>(&parsed)) {
    fuzz::must(options->data == "data", "flags win over the file");
    fuzz::must(!options->host.empty() && options->threads >= 1 && options->threads <= 256, "options keep their bounds");
  } else {
    fuzz::must(std::get<int>(parsed) == 0 || std::get<int>(parsed) == 2, "help is no fault, and a wrong file is wrong use");
  }
  return 0;
}
