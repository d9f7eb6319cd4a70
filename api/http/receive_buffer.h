#pragma once
// The bytes that a connection has received and not yet answered: one piece of memory, so that a request is parsed and shown in place.
// Small until a request needs more. One thread.

#include <cstddef>
#include <memory>

namespace dialin::http {

class ReceiveBuffer {
 public:
  static constexpr std::size_t kSmallBytes = 2 * 1024;

  char* data() { return memory_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  std::size_t free_bytes() const { return capacity_ - end_; }
  /// Where what comes next may be written, free_bytes() of it, until received().
  char* begin_receive();
  /// Takes over what was written there, also when bytes before it were dropped meanwhile.
  void received(std::size_t bytes);
  void consume(std::size_t bytes) { begin_ += bytes; }
  /// Drops bytes at the end.
  void shrink_to(std::size_t bytes) { end_ = begin_ + bytes; }

  /// Moves what is there to the front, and makes memory for `bytes` in all; gives memory back when empty and `bytes` is small.
  /// data() may change. Not while a receive is under way.
  void reserve(std::size_t bytes);

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t receiving_at_ = 0;
};

}  // namespace dialin::http
