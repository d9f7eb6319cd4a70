#pragma once
// File descriptors: one that is owned, and how many the process may have open.

#include <cstddef>
#include <utility>

namespace dialin::http {

/// Closed when nobody takes it. Negative: it is none.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int number) : number_(number) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : number_(other.release()) {}
  OwnedDescriptor& operator=(OwnedDescriptor&&) = delete;
  ~OwnedDescriptor();
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Raises the soft limit to the hard one; tells the limit that holds then, the largest number where there is none.
std::size_t raise_descriptor_limit();

}  // namespace dialin::http
