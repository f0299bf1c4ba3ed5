#pragma once

#include <exception>
#include <string>
#include <utility>

#include <c10/util/Exception.h>

namespace longclip::tower {

// Of what LibTorch says, the line that tells the reason; more of them tell its own sources.
inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Calls into LibTorch and turns whatever it throws into `Failure`, a longclip::Error, with the
// first line of the reason behind `what`.
template <class Failure, class Function>
auto torch_call(const std::string& what, Function&& function) -> decltype(function()) {
  try {
    return std::forward<Function>(function)();
  } catch (const c10::Error& error) {
    throw Failure(what + ": " + first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw Failure(what + ": " + first_line(error.what()));
  }
}

}  // namespace longclip::tower
