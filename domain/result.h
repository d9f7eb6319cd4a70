#pragma once
// An expected failure is a value: Result<T, E> holds a T, or the E that says why there is none.
// Test it like a bool; `*r` is the value, `r.error()` the reason. E is an enum or struct of namespace dialin.

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace dialin {

template <class T, class E>
using Result = boost::system::result<T, E>;

/// What boost::system::result calls when `.value()` is asked of a failure: a programming error, never an outcome.
template <class E>
[[noreturn]] void throw_exception_from_error(const E&, const boost::source_location& place) {
  throw std::logic_error(std::string("value taken of a failed result in ") + place.function_name());
}

}  // namespace dialin
