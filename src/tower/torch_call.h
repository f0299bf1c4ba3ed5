#pragma once

#include <exception>
#include <string>
#include <utility>

#include <c10/util/Exception.h>

namespace longclip::tower {

// Calls into LibTorch and turns whatever it throws into `Failure`, a longclip::Error, with the
// first line of the reason behind `what`.
template <class Failure, class Function>
auto torch_call(const std::string& what, Function&& function) -> decltype(function()) {
  const auto first_line = [](const char* text) {
    std::string line = text;
    return line.substr(0, line.find('\n'));
  };
  try {
    return std::forward<Function>(function)();
  } catch (const c10::Error& error) {
    throw Failure(what + ": " + first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw Failure(what + ": " + first_line(error.what()));
  }
}

}  // namespace longclip::tower
