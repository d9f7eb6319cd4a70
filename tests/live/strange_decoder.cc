// Preloaded into a process, makes libmpg123 throw std::bad_alloc when it is fed bytes in which BAD_ALLOC stands: as if memory had run out
// in the midst of what comes.
#include <dlfcn.h>

#include <cstddef>
#include <new>
#include <string_view>

struct mpg123_handle_struct;

extern "C" int mpg123_feed(mpg123_handle_struct* handle, const unsigned char* bytes, std::size_t size) {
  using Feed = int (*)(mpg123_handle_struct*, const unsigned char*, std::size_t);
  static const auto real = reinterpret_cast<Feed>(dlsym(RTLD_NEXT, "mpg123_feed"));
  if (std::string_view(reinterpret_cast<const char*>(bytes), size).find("BAD_ALLOC") != std::string_view::npos) throw std::bad_alloc();
  return real(handle, bytes, size);
}
